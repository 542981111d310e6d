#include "runtime/host/available_memory.h"

#include "base/buffer.h"
#include "base/control_group.h"
#include "base/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const size_t FILE_MAX_BYTES = (size_t)1 << 20;
// Version 1 writes the largest number of whole pages for "no limit".
static const int64_t NO_LIMIT_BYTES = (int64_t)1 << 60;

// The number in the line "<key> <number>"; -1: no such line.
static int64_t number_after(const char *text, const char *key) {
    size_t length = strlen(key);

    for (const char *line = text; line != NULL && *line != '\0';) {
        if (strncmp(line, key, length) == 0 && isspace((unsigned char)line[length]))
            return strtoll(line + length, NULL, 10);
        line = strchr(line, '\n');
        if (line != NULL) line++;
    }
    return -1;
}

int64_t available_memory_of_machine(const char *meminfo) {
    int64_t kilobytes = number_after(meminfo, "MemAvailable:");

    return kilobytes < 0 ? -1 : kilobytes * 1024;
}

// --- groups ---

static int64_t limit_of(const char *text) {
    if (!isdigit((unsigned char)text[0])) return INT64_MAX; // "max", or missing
    int64_t bytes = strtoll(text, NULL, 10);
    return bytes < NO_LIMIT_BYTES ? bytes : INT64_MAX;
}

static int64_t at_least_0(int64_t number) {
    return number > 0 ? number : 0;
}

// The limit covers the group with all groups below it: in version 1 these are the "total" figures.
static int64_t pages_of_files(const char *stat) {
    bool has_totals = number_after(stat, "total_inactive_file") >= 0;

    return at_least_0(number_after(stat, has_totals ? "total_inactive_file" : "inactive_file")) +
           at_least_0(number_after(stat, has_totals ? "total_active_file" : "active_file"));
}

int64_t available_memory_of_group(const struct memory_group *group) {
    int64_t limit = limit_of(group->limit);
    int64_t high = limit_of(group->high);
    int64_t used = strtoll(group->usage, NULL, 10);

    if (high < limit) limit = high;
    if (limit == INT64_MAX) return INT64_MAX;
    return at_least_0(limit - at_least_0(used - pages_of_files(group->stat)));
}

// --- this process ---

// Empty when the file cannot be read.
static void read_file(const char *directory, const char *name, struct buffer *out) {
    char path[FILE_PATH_MAX];

    buffer_clear(out);
    if (!file_join(path, sizeof path, NULL, directory, name, NULL) || !file_read(path, out, NULL))
        buffer_clear(out);
}

static int64_t memory_of_group(const char *directory, bool is_v2) {
    AUTO(buffer_release) struct buffer limit = BUFFER_INIT(FILE_MAX_BYTES);
    AUTO(buffer_release) struct buffer high = BUFFER_INIT(FILE_MAX_BYTES);
    AUTO(buffer_release) struct buffer usage = BUFFER_INIT(FILE_MAX_BYTES);
    AUTO(buffer_release) struct buffer stat = BUFFER_INIT(FILE_MAX_BYTES);

    read_file(directory, is_v2 ? "memory.max" : "memory.limit_in_bytes", &limit);
    if (is_v2) read_file(directory, "memory.high", &high);
    read_file(directory, is_v2 ? "memory.current" : "memory.usage_in_bytes", &usage);
    read_file(directory, "memory.stat", &stat);
    struct memory_group group = {.limit = buffer_text(&limit),
                                 .high = buffer_text(&high),
                                 .usage = buffer_text(&usage),
                                 .stat = buffer_text(&stat)};
    return available_memory_of_group(&group);
}

static bool is_group(const char *directory) {
    char path[FILE_PATH_MAX];

    return file_join(path, sizeof path, NULL, directory, "cgroup.procs", NULL) && file_exists(path);
}

// The smallest of the group and its parents, as far as they are mounted.
static int64_t memory_of_groups(const char *own, bool is_v2) {
    char directory[FILE_PATH_MAX];
    int64_t least = INT64_MAX;

    (void)text_copy(directory, sizeof directory, own);
    while (is_group(directory)) {
        int64_t bytes = memory_of_group(directory, is_v2);
        char *slash = strrchr(directory, '/');
        if (bytes < least) least = bytes;
        if (slash == NULL || slash == directory) break;
        *slash = '\0';
    }
    return least;
}

int64_t available_memory_bytes(void) {
    static const char *const controllers[] = {"memory", ""}; // version 1, version 2
    AUTO(buffer_release) struct buffer meminfo = BUFFER_INIT(FILE_MAX_BYTES);
    AUTO(buffer_release) struct buffer mounts = BUFFER_INIT(FILE_MAX_BYTES);
    AUTO(buffer_release) struct buffer groups = BUFFER_INIT(FILE_MAX_BYTES);
    char own[FILE_PATH_MAX];

    read_file("/proc", "meminfo", &meminfo);
    read_file("/proc/self", "mountinfo", &mounts);
    read_file("/proc/self", "cgroup", &groups);
    int64_t least = available_memory_of_machine(buffer_text(&meminfo));
    for (size_t index = 0; index < COUNT_OF(controllers); index++) {
        bool is_v2 = controllers[index][0] == '\0';
        if (!control_group_find_directory(buffer_text(&mounts), buffer_text(&groups),
                                          controllers[index], own))
            continue;
        int64_t bytes = memory_of_groups(own, is_v2);
        if (bytes != INT64_MAX && (least < 0 || bytes < least)) least = bytes;
    }
    return least;
}
