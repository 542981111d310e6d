#include "base/pom.h"

#include "base/memory.h"
#include "base/text.h"

#include <ctype.h>
#include <string.h>

// The text of the first <tag> before `end`, without the spaces around it. False: none, or it is
// empty.
static bool element_text(const char *at, const char *end, const char *tag, char *out,
                         size_t size_bytes) {
    AUTO(memory_free) char *opening = memory_format("<%s>", tag);
    const char *found = memmem(at, (size_t)(end - at), opening, strlen(opening));

    if (found == NULL) return false;
    found += strlen(opening);
    while (isspace((unsigned char)*found))
        found++;
    size_t length = strcspn(found, "<");
    while (length > 0 && isspace((unsigned char)found[length - 1]))
        length--;
    return length > 0 && text_format(out, size_bytes, "%.*s", (int)length, found);
}

// A dependency in a comment does not count.
static void blank_comments(char *pom) {
    for (char *at = strstr(pom, "<!--"); at != NULL; at = strstr(at, "<!--")) {
        char *end = strstr(at, "-->");
        size_t length = end == NULL ? strlen(at) : (size_t)(end - at) + strlen("-->");
        memset(at, ' ', length);
    }
}

// Replaces "${flink.version}" by the value of that property in the same pom.
static bool resolve(const char *pom, char *version, size_t size_bytes) {
    char name[120];
    size_t length = strlen(version);

    if (strstr(version, "${") == NULL) return true;
    if (!text_starts_with(version, "${") || version[length - 1] != '}') return false;
    (void)text_format(name, sizeof name, "%.*s", (int)(length - 3), version + 2);
    return element_text(pom, strchr(pom, '\0'), name, version, size_bytes) &&
           strstr(version, "${") == NULL;
}

static bool is_artifact(const char *found, const char *wanted) {
    size_t length = strlen(wanted);

    return text_starts_with(found, wanted) && (found[length] == '\0' || found[length] == '_');
}

bool pom_dependency_version(const char *pom, const char *artifact, char *out, size_t size_bytes) {
    AUTO(memory_free) char *copy = memory_copy_text(pom);
    char name[120];
    char version[120];

    blank_comments(copy);
    const char *end = NULL;
    // From one end to the next, so that each part is searched once, whatever a pom has.
    for (const char *at = strstr(copy, "<dependency>"); at != NULL;
         at = strstr(end, "<dependency>")) {
        end = strstr(at, "</dependency>");
        if (end == NULL) return false;
        if (!element_text(at, end, "artifactId", name, sizeof name) ||
            !is_artifact(name, artifact) ||
            !element_text(at, end, "version", version, sizeof version))
            continue;
        if (resolve(copy, version, sizeof version)) return text_copy(out, size_bytes, version);
    }
    return false;
}
