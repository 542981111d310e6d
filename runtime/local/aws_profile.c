#include "runtime/local/aws_profile.h"

#include "base/environment.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"

#include <string.h>

static const size_t FILE_MAX_BYTES = (size_t)1 << 20;

// Without blanks at both ends, in place.
static char *trim(char *text) {
    static const char BLANKS[] = " \t\r";
    size_t length = strlen(text);

    while (length > 0 && strchr(BLANKS, text[length - 1]) != NULL)
        text[--length] = '\0';
    return text + strspn(text, BLANKS);
}

static bool is_section(char *line, const char *profile) {
    char *name = line + 1;
    char *end = strchr(name, ']');

    if (end == NULL) return false;
    *end = '\0';
    name = trim(name);
    if (text_starts_with(name, "profile ")) name = trim(name + strlen("profile "));
    return text_equal(name, profile);
}

static void read_setting(char *line, struct aws_keys *keys) {
    char *value = strchr(line, '=');

    if (value == NULL) return;
    *value = '\0';
    const char *key = trim(line);
    value = trim(value + 1);
    if (text_equal(key, "aws_access_key_id"))
        (void)text_copy(keys->access_key, sizeof keys->access_key, value);
    else if (text_equal(key, "aws_secret_access_key"))
        (void)text_copy(keys->secret_key, sizeof keys->secret_key, value);
    else if (text_equal(key, "aws_session_token"))
        (void)text_copy(keys->session_token, sizeof keys->session_token, value);
}

bool aws_profile_parse(const char *text, const char *profile, struct aws_keys *out) {
    AUTO(memory_free) char *copy = memory_copy_text(text);
    struct aws_keys keys = {0};
    bool is_inside = false;
    char *rest = copy;

    for (char *line = strsep(&rest, "\n"); line != NULL; line = strsep(&rest, "\n")) {
        line = trim(line);
        if (line[0] == '[')
            is_inside = is_section(line, profile);
        else if (is_inside && line[0] != '#' && line[0] != ';')
            read_setting(line, &keys);
    }
    if (keys.access_key[0] == '\0' || keys.secret_key[0] == '\0') return false;
    *out = keys;
    return true;
}

static bool read_file(const char *variable, const char *name, const char *profile,
                      struct aws_keys *out) {
    AUTO(buffer_release) struct buffer text = BUFFER_INIT(FILE_MAX_BYTES);
    const char *named = environment_or(variable, NULL);
    const char *home = environment_or("HOME", NULL);
    char path[FILE_PATH_MAX];

    if (named == NULL && home == NULL) return false;
    bool fits = named != NULL ? text_copy(path, sizeof path, named)
                              : file_join(path, sizeof path, NULL, home, ".aws", name, NULL);
    return fits && file_read(path, &text, NULL) &&
           aws_profile_parse(buffer_text(&text), profile, out);
}

bool aws_profile_read(struct aws_keys *out) {
    const char *profile =
        environment_or("AWS_PROFILE", environment_or("AWS_DEFAULT_PROFILE", "default"));

    return read_file("AWS_SHARED_CREDENTIALS_FILE", "credentials", profile, out) ||
           read_file("AWS_CONFIG_FILE", "config", profile, out);
}
