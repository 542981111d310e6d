#include "runtime/objects/object_list.h"

#include "base/file_inside.h"
#include "base/memory.h"
#include "base/text.h"
#include "runtime/objects/name_batch.h"
#include "runtime/objects/object_key.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>

// A key of 1024 bytes has no more directories.
enum { DEPTH_MAX = OBJECT_KEY_MAX_BYTES / 2 };
// An entry of a directory takes a microsecond, an object that is listed ten.
enum { WORK_A_TURN = 4000, ENTRY_WORK = 1, OBJECT_WORK = 10 };

struct level {
    char *path; // "" or "a/b/"
    DIR *reading;
    struct name_batch batch;
    int at;     // the next name of the batch
    char *from; // the last name of the batch before; NULL = this is the first
};

struct object_list {
    struct object_list_call call;
    char *root;
    char *prefix;
    char *delimiter;
    char *after;
    sd_event_source *turn;
    struct level *levels;
    int depth; // how many of them are open
    int count; // what was visited
    char *last;
    char *group; // the prefix that was visited last
    bool has_more;
};

// --- levels ---

static DIR *open_level(const struct object_list *list, const char *path) {
    AUTO(file_close) int fd = -1;
    size_t length = strlen(path);
    AUTO(memory_free)
    char *relative = memory_format("%.*s", length == 0 ? 0 : (int)length - 1, path);

    if (!file_open_users_directory(list->root, relative, &fd, NULL)) return NULL;
    DIR *directory = fdopendir(fd);
    if (directory != NULL) fd = -1;
    return directory;
}

static void push(struct object_list *list, const char *path) {
    if (list->depth == DEPTH_MAX) return;
    struct level *level = &list->levels[list->depth++];
    *level = (struct level){.path = memory_copy_text(path), .reading = open_level(list, path)};
}

static void pop(struct object_list *list) {
    struct level *level = &list->levels[--list->depth];

    if (level->reading != NULL) (void)closedir(level->reading);
    name_batch_release(&level->batch);
    memory_free(level->from);
    memory_free(level->path);
}

static bool is_directory(DIR *directory, const struct dirent *entry) {
    struct stat found;

    if (entry->d_type != DT_UNKNOWN) return entry->d_type == DT_DIR;
    return fstatat(dirfd(directory), entry->d_name, &found, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISDIR(found.st_mode);
}

// Can keys that begin with the path of a directory, or the key of a file, be in the list?
static bool is_wanted(const struct object_list *list, const char *key, bool is_directory) {
    if (!is_directory) return text_starts_with(key, list->prefix) && strcmp(key, list->after) > 0;
    return (text_starts_with(key, list->prefix) || text_starts_with(list->prefix, key)) &&
           (strcmp(key, list->after) > 0 || text_starts_with(list->after, key));
}

static void add_name(const struct object_list *list, struct level *level,
                     const struct dirent *entry) {
    bool is_marker = text_equal(entry->d_name, OBJECT_KEY_MARKER);
    bool is_own = text_starts_with(entry->d_name, OBJECT_KEY_RESERVED) && !is_marker;
    char name[sizeof entry->d_name + 1];

    if (is_own || text_equal(entry->d_name, ".") || text_equal(entry->d_name, "..") ||
        !text_is_utf8(entry->d_name))
        return;
    bool is_below = is_directory(level->reading, entry);
    (void)text_format(name, sizeof name, "%s%s", is_marker ? "" : entry->d_name,
                      is_below ? "/" : "");
    AUTO(memory_free) char *key = memory_format("%s%s", level->path, name);
    if ((level->from == NULL || strcmp(name, level->from) > 0) && is_wanted(list, key, is_below))
        name_batch_add(&level->batch, name);
}

static void end_reading(struct level *level) {
    DIR *directory = level->reading;

    level->reading = NULL;
    (void)closedir(directory);
}

// Returns the work.
static int read_level(const struct object_list *list, struct level *level) {
    for (int work = 0; work < WORK_A_TURN; work += ENTRY_WORK) {
        const struct dirent *entry = readdir(level->reading);
        if (entry == NULL) {
            end_reading(level);
            return work;
        }
        add_name(list, level, entry);
    }
    return WORK_A_TURN;
}

// --- entries ---

// Closes the directories that lie in a prefix that was visited.
static void leave_group(struct object_list *list, const char *group) {
    while (list->depth > 0 && text_starts_with(list->levels[list->depth - 1].path, group))
        pop(list);
}

// False: the limit is reached.
static bool report(struct object_list *list, const struct object_list_entry *entry) {
    if (list->count == list->call.limit) {
        list->has_more = true;
        return false;
    }
    list->count++;
    memory_free(list->last);
    list->last = memory_copy_text(entry->key);
    list->call.visit(list->call.userdata, entry);
    return true;
}

static bool visit_group(struct object_list *list, const char *group) {
    struct object_list_entry entry = {.key = group, .is_prefix = true};
    bool is_new = !text_equal(group, list->group) &&
                  !(list->call.continues && strcmp(group, list->after) <= 0);

    if (is_new && !report(list, &entry)) return false;
    AUTO(memory_free) char *left = memory_copy_text(group);
    memory_free(list->group);
    list->group = TAKE(left);
    leave_group(list, list->group);
    return true;
}

static bool visit_file(struct object_list *list, const char *key) {
    AUTO(object_file_release) struct object_file file = {.fd = -1};
    const char *rest = key + strlen(list->prefix);
    const char *delimiter = list->delimiter[0] == '\0' ? NULL : strstr(rest, list->delimiter);

    // Also a link to a directory, which is not listed, and what was removed meanwhile.
    if (!object_file_open(list->root, key, &file, NULL)) return true;
    if (delimiter != NULL) {
        AUTO(memory_free)
        char *group = memory_format("%.*s%s", (int)(delimiter - key), key, list->delimiter);
        return visit_group(list, group);
    }
    struct object_list_entry entry = {.key = key,
                                      .size_bytes = file.size_bytes,
                                      .modified_ms = file.modified_ms,
                                      .etag = file.record.etag};
    return report(list, &entry);
}

static bool visit_name(struct object_list *list, struct level *level, const char *name) {
    AUTO(memory_free) char *key = memory_format("%s%s", level->path, name);

    if (name[0] == '\0' || !text_ends_with(name, "/")) return visit_file(list, key);
    push(list, key);
    return true;
}

// Begins the next part of a large directory, or leaves it.
static void end_batch(struct object_list *list, struct level *level) {
    if (!level->batch.has_more) {
        pop(list);
        return;
    }
    memory_free(level->from);
    level->from = memory_copy_text(level->batch.names[level->batch.count - 1]);
    name_batch_release(&level->batch);
    level->at = 0;
    level->reading = open_level(list, level->path);
    if (level->reading == NULL) pop(list);
}

// One step. Returns its work; 0: the list has ended.
static int step(struct object_list *list) {
    if (list->depth == 0) return 0;
    struct level *level = &list->levels[list->depth - 1];
    if (level->reading != NULL) return read_level(list, level) + 1;
    if (level->at == level->batch.count) {
        end_batch(list, level);
        return 1;
    }
    return visit_name(list, level, level->batch.names[level->at++]) ? OBJECT_WORK : 0;
}

static int on_turn(sd_event_source *source, uint64_t now_us, void *userdata) {
    struct object_list *list = userdata;
    int work = 0;

    (void)now_us;
    while (work < WORK_A_TURN) {
        int one = step(list);
        if (one == 0) {
            list->call.done(list->call.userdata, list->has_more ? list->last : NULL);
            return 0;
        }
        work += one;
    }
    (void)sd_event_source_set_time(source, 0);
    (void)sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
    return 0;
}

// --- life ---

struct object_list *object_list_begin(const struct object_list_call *call) {
    struct object_list *list = memory_alloc(sizeof *list);

    list->call = *call;
    list->root = memory_copy_text(call->root);
    list->prefix = memory_copy_text(call->prefix);
    list->delimiter = memory_copy_text(call->delimiter);
    list->after = memory_copy_text(call->after);
    list->levels = memory_alloc(DEPTH_MAX * sizeof *list->levels);
    if (call->limit > 0) push(list, "");
    if (sd_event_add_time(call->loop, &list->turn, CLOCK_MONOTONIC, 0, 1, on_turn, list) < 0)
        abort();
    return list;
}

void object_list_free(struct object_list *list) {
    if (list == NULL) return;
    (void)sd_event_source_disable_unref(list->turn);
    while (list->depth > 0)
        pop(list);
    memory_free(list->levels);
    memory_free(list->root);
    memory_free(list->prefix);
    memory_free(list->delimiter);
    memory_free(list->after);
    memory_free(list->last);
    memory_free(list->group);
    memory_free(list);
}
