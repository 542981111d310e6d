#include "runtime/local/pip_environment.h"

#include "base/memory.h"
#include "base/text.h"

#include <string.h>

// The value of a line that is one of these variables; NULL: it is none.
static const char *value_of(const char *line, const char *const *names, size_t count) {
    for (size_t index = 0; index < count; index++)
        if (text_starts_with(line, names[index])) return strchr(line, '=');
    return NULL;
}

void pip_environment_add(char *const *environment, struct argument_list *out) {
    static const char *const names[] = {
        "PIP_",         "HTTP_PROXY=", "HTTPS_PROXY=",   "NO_PROXY=",          "http_proxy=",
        "https_proxy=", "no_proxy=",   "SSL_CERT_FILE=", "REQUESTS_CA_BUNDLE="};

    for (; *environment != NULL; environment++)
        if (value_of(*environment, names, COUNT_OF(names)) != NULL)
            argument_list_add(out, *environment);
}

static void add_path(const char *word, struct pip_paths *out) {
    static const char SCHEME[] = "file://";

    if (text_starts_with(word, SCHEME)) word += strlen(SCHEME);
    if (word[0] == '/' && out->count < PIP_PATHS_MAX &&
        text_copy(out->list[out->count], FILE_PATH_MAX, word))
        out->count++;
}

void pip_environment_paths(char *const *environment, struct pip_paths *out_paths) {
    // Of pip's options those that read: it writes to its cache, its log and the like.
    static const char *const names[] = {
        "PIP_CERT=",       "PIP_CLIENT_CERT=", "PIP_CONFIG_FILE=", "PIP_FIND_LINKS=",
        "PIP_CONSTRAINT=", "PIP_INDEX_URL=",   "SSL_CERT_FILE=",   "REQUESTS_CA_BUNDLE="};

    *out_paths = (struct pip_paths){0};
    for (; *environment != NULL; environment++) {
        const char *value = value_of(*environment, names, COUNT_OF(names));
        if (value == NULL) continue;
        AUTO(memory_free) char *copy = memory_format("%s", value + 1);
        char *rest = copy;
        for (char *word = strsep(&rest, " \n"); word != NULL; word = strsep(&rest, " \n"))
            add_path(word, out_paths);
    }
}
