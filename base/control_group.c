#include "base/control_group.h"

#include "base/text.h"

#include <string.h>

// The next line of `*text` without its line end; false at the end. Long lines are truncated.
static bool next_line(const char **text, char *out, size_t size_bytes) {
    if (**text == '\0') return false;
    size_t length = strcspn(*text, "\n");
    (void)text_format(out, size_bytes, "%.*s", (int)(length < size_bytes ? length : size_bytes - 1),
                      *text);
    *text += length + ((*text)[length] == '\n');
    return true;
}

static bool holds_word(const char *list, const char *word) {
    size_t length = strlen(word);

    for (const char *at = list; (at = strstr(at, word)) != NULL; at += length) {
        bool begins = at == list || at[-1] == ',';
        if (begins && (at[length] == ',' || at[length] == '\0')) return true;
    }
    return false;
}

// "4:memory:/a" → "/a"; of version 2: "0::/a".
static bool find_group(const char *groups, const char *controller, char *out, size_t size_bytes) {
    char line[FILE_PATH_MAX];

    while (next_line(&groups, line, sizeof line)) {
        char *list = strchr(line, ':');
        char *path = list == NULL ? NULL : strchr(list + 1, ':');
        if (path == NULL) continue;
        *path++ = '\0';
        bool is_it = controller[0] == '\0' ? list[1] == '\0' : holds_word(list + 1, controller);
        if (is_it) return text_copy(out, size_bytes, path);
    }
    return false;
}

// "35 31 0:32 <root> <mount point> rw,... - cgroup cgroup rw,memory"
static bool read_mount(char *line, const char *controller, char **out_root, char **out_point) {
    char *type = strstr(line, " - ");
    char *fields[5];
    char *rest = line;

    if (type == NULL) return false;
    *type = '\0';
    type += 3;
    for (size_t index = 0; index < COUNT_OF(fields); index++)
        fields[index] = strsep(&rest, " ");
    char *options = strrchr(type, ' ');
    if (fields[4] == NULL || options == NULL) return false;
    bool is_it = controller[0] == '\0'
                     ? text_starts_with(type, "cgroup2 ")
                     : text_starts_with(type, "cgroup ") && holds_word(options + 1, controller);
    *out_root = fields[3];
    *out_point = fields[4];
    return is_it;
}

bool control_group_find_directory(const char *mountinfo, const char *groups, const char *controller,
                                  char out[static FILE_PATH_MAX]) {
    char group[FILE_PATH_MAX];
    char line[FILE_PATH_MAX];
    char *root;
    char *point;

    if (!find_group(groups, controller, group, sizeof group)) return false;
    while (next_line(&mountinfo, line, sizeof line)) {
        if (!read_mount(line, controller, &root, &point)) continue;
        // The mount may show a subtree only: its root is then a prefix of the group's path.
        const char *below = group;
        if (!text_equal(root, "/") && text_starts_with(group, root)) below += strlen(root);
        return text_format(out, FILE_PATH_MAX, "%s%s", point, text_equal(below, "/") ? "" : below);
    }
    return false;
}
