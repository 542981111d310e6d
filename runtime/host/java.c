#include "runtime/host/java.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static const char JVM_DIRECTORY[] = "/usr/lib/jvm";
static const char TRUST_STORE[] = "lib/security/cacerts";

// JAVA_VERSION="17.0.15" → 17; "1.8.0_402" → 8; 0: unknown.
static int read_major(const char *home) {
    AUTO(buffer_release) struct buffer release = BUFFER_INIT(16384);
    char path[FILE_PATH_MAX];

    if (!file_join(path, sizeof path, NULL, home, "release", NULL) ||
        !file_read(path, &release, NULL))
        return 0;
    const char *version = strstr(buffer_text(&release), "JAVA_VERSION=\"");
    if (version == NULL) return 0;
    version += strlen("JAVA_VERSION=\"");
    if (text_starts_with(version, "1.")) version += 2;
    int major = 0;
    for (; *version >= '0' && *version <= '9' && major < 1000; version++)
        major = major * 10 + (*version - '0');
    return major;
}

static void add_other(struct buffer *others, const struct java *java) {
    if (strstr(buffer_text(others), java->home) != NULL)
        return; // already listed: links lead to the same directory
    if (others->size_bytes > 0) (void)buffer_append_text(others, ", ");
    if (java->major == 0)
        (void)buffer_append_format(others, "%s (unknown version)", java->home);
    else
        (void)buffer_append_format(others, "%s (Java %d)", java->home, java->major);
}

static bool try_home(const char *home, struct java *out_java, struct buffer *others) {
    struct java java = {0};
    char *real = realpath(home, NULL);

    if (real == NULL) return false;
    bool fits = text_copy(java.home, sizeof java.home, real) &&
                file_join(java.binary, sizeof java.binary, NULL, real, "bin", "java", NULL) &&
                file_join(java.trust_store, sizeof java.trust_store, NULL, real, TRUST_STORE, NULL);
    free(real);
    if (!fits || !file_exists(java.binary)) return false;
    java.major = read_major(java.home);
    if (java.major != JAVA_WANTED_MAJOR) {
        add_other(others, &java);
        return false;
    }
    *out_java = java;
    return true;
}

struct search {
    struct java java;
    bool is_found;
    struct buffer *others;
};

static bool visit_home(void *userdata, const char *name, bool is_directory, struct error *err) {
    struct search *search = userdata;
    char home[FILE_PATH_MAX];

    (void)is_directory;
    if (search->is_found || name[0] == '.') return true;
    if (!file_join(home, sizeof home, err, JVM_DIRECTORY, name, NULL)) return false;
    search->is_found = try_home(home, &search->java, search->others);
    return true;
}

bool java_search(struct java *out_java, struct buffer *out_others) {
    const char *wanted = getenv("JAVA_HOME");
    struct search search = {.others = out_others};
    struct error failure;

    buffer_clear(out_others);
    if (!text_is_empty(wanted)) search.is_found = try_home(wanted, &search.java, out_others);
    if (!search.is_found && file_is_directory(JVM_DIRECTORY) &&
        !file_list(JVM_DIRECTORY, visit_home, &search, &failure))
        (void)buffer_append_text(out_others, failure.message);
    if (search.is_found) *out_java = search.java;
    return search.is_found;
}

bool java_find(struct java *out_java, struct error *err) {
    AUTO(buffer_release) struct buffer others = BUFFER_INIT(600);

    return java_search(out_java, &others) ||
           error_set(err, ERROR_UNAVAILABLE,
                     "no Java %d: install the Debian package openjdk-17-jdk-headless, or set "
                     "JAVA_HOME (found: %s)",
                     JAVA_WANTED_MAJOR, others.size_bytes == 0 ? "none" : buffer_text(&others));
}
