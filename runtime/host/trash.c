#include "runtime/host/trash.h"

#include "base/digest.h"
#include "base/file.h"
#include "base/file_inside.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/random_id.h"
#include "base/text.h"
#include "runtime/host/argument_list.h"
#include "runtime/host/process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { REMOVED_AT_ONCE = 64, NAME_SIZE = 33, WARNED_AFTER_TRIES = 5 };
static const uint64_t RETRY_US = 1000000;
static const uint64_t RETRY_MAX_US = (uint64_t)5 * 60 * 1000000;

struct trash {
    // Of <data>/apps, which may lie on another file system, and of <data>. In byte order.
    char directories[2][FILE_PATH_MAX];
    sd_event *loop;
    struct trash_options options;
    sd_event_source *step;
    sd_event_source *retry;
    struct process *remover;   // NULL, or it has ended: nothing is being removed
    char last[FILE_PATH_MAX];  // the last path of its command line
    char after[FILE_PATH_MAX]; // paths up to this one could not be removed and wait; "" = none
    int tries;                 // in a row that left something
};

// --- renaming ---

// *out_root: the directory directly below <data> that contains the path, such as <data>/apps. It
// belongs to kobel and may be a link to another disk; a job may have made links below it.
static bool split(const char *data_directory, const char *path, char out_root[static FILE_PATH_MAX],
                  char out_parent[static FILE_PATH_MAX], const char **out_name, struct error *err) {
    const char *below = file_below(data_directory, path);

    if (below == NULL)
        return error_set(err, ERROR_INVALID, "'%s' does not lie in the data directory", path);
    (void)text_copy(out_root, FILE_PATH_MAX, data_directory);
    const char *slash = strchr(below, '/');
    if (slash != NULL) {
        (void)text_format(out_root, FILE_PATH_MAX, "%.*s", (int)(slash - path), path);
        below = slash + 1;
    }
    (void)text_copy(out_parent, FILE_PATH_MAX, below);
    char *last = strrchr(out_parent, '/');
    *out_name = last == NULL ? below : below + (last + 1 - out_parent);
    (last == NULL ? out_parent : last)[0] = '\0';
    return true;
}

static bool move_into(const char *trash, int parent, const char *name) {
    char target[FILE_PATH_MAX];
    char random[NAME_SIZE];

    random_id_hex(random, sizeof random - 1);
    if (!file_join(target, sizeof target, NULL, trash, random, NULL) ||
        !file_make_directories(trash, 0700, NULL)) {
        errno = ENOSPC;
        return false;
    }
    return renameat(parent, name, AT_FDCWD, target) == 0;
}

static bool move_out(const char *data_directory, const char *root, int parent, const char *name) {
    char trash[FILE_PATH_MAX];

    if (!file_join(trash, sizeof trash, NULL, data_directory, "trash", NULL)) return false;
    if (move_into(trash, parent, name) || errno == ENOENT) return true;
    if (errno != EXDEV || !file_join(trash, sizeof trash, NULL, root, ".trash", NULL)) return false;
    return move_into(trash, parent, name) || errno == ENOENT;
}

bool trash_put(const char *data_directory, const char *path, struct error *err) {
    AUTO(file_close) int directory = -1;
    char root[FILE_PATH_MAX];
    char parent[FILE_PATH_MAX];
    const char *name = NULL;
    struct error why;

    if (!split(data_directory, path, root, parent, &name, err)) return false;
    if (!file_open_directory_inside(root, parent, &directory, &why))
        return why.kind == ERROR_NOT_FOUND || error_set(err, why.kind, "%s", why.message);
    // A directory that cannot be written to cannot be moved either.
    file_regain_at(directory, name);
    return move_out(data_directory, root, directory, name) ||
           error_system(err, errno, "move '%s' to the trash", path);
}

// --- the remover ---

struct collection {
    struct trash *trash;
    const char *directory;
    struct argument_list *arguments;
    size_t count;
};

static bool collect(void *userdata, const char *name, bool is_directory, struct error *err) {
    struct collection *collection = userdata;
    struct trash *trash = collection->trash;
    char path[FILE_PATH_MAX];

    (void)is_directory;
    if (!file_join(path, sizeof path, err, collection->directory, name, NULL)) return false;
    if (collection->count == REMOVED_AT_ONCE || strcmp(path, trash->after) <= 0) return true;
    argument_list_add(collection->arguments, path);
    (void)text_copy(trash->last, sizeof trash->last, path);
    collection->count++;
    return true;
}

static void retry_later(struct trash *trash) {
    uint64_t first_us = trash->options.retry_us != 0 ? trash->options.retry_us : RETRY_US;
    uint64_t wait_us = first_us << (trash->tries < 16 ? trash->tries : 16);

    trash->after[0] = '\0';
    trash->tries++;
    if (trash->tries == WARNED_AFTER_TRIES) {
        log_warn("runtime", "files in the trash cannot be removed", "directory=\"%s\" tries=%d",
                 trash->directories[1], trash->tries);
        if (trash->options.reported_tries != NULL) *trash->options.reported_tries = trash->tries;
    }
    (void)sd_event_source_set_time_relative(trash->retry,
                                            wait_us < RETRY_MAX_US ? wait_us : RETRY_MAX_US);
    (void)sd_event_source_set_enabled(trash->retry, SD_EVENT_ONESHOT);
}

static void on_removed(void *userdata, struct process_end end) {
    struct trash *trash = userdata;

    // The rest of its paths waits until all others are removed.
    if (end.was_signalled || end.number != 0)
        (void)text_copy(trash->after, sizeof trash->after, trash->last);
    trash_empty(trash);
}

static bool collect_all(struct collection *collection, struct error *err) {
    for (size_t index = 0; index < COUNT_OF(collection->trash->directories); index++) {
        collection->directory = collection->trash->directories[index];
        if (file_is_directory(collection->directory) &&
            !file_list(collection->directory, collect, collection, err))
            return false;
    }
    return true;
}

// *out_began: there were files to remove.
static bool remove_some(struct trash *trash, bool *out_began, struct error *err) {
    AUTO(argument_list_release) struct argument_list arguments = {0};
    struct collection collection = {.trash = trash, .arguments = &arguments};
    const char *const environment[] = {NULL};

    // It ends with the daemon, which is the only one that knows of it.
    argument_list_add_all(&arguments, trash->options.remover, "--parent", NULL);
    argument_list_add_format(&arguments, "%d", (int)getpid());
    argument_list_add_all(&arguments, "--remove", "--", NULL);
    if (!collect_all(&collection, err)) return false;
    *out_began = collection.count > 0;
    if (collection.count == 0) return true;
    struct process_spec spec = {.arguments = argument_list_items(&arguments),
                                .environment = environment,
                                .done = on_removed,
                                .userdata = trash};
    return process_start(trash->loop, &spec, &trash->remover, err);
}

static int on_step(sd_event_source *source, void *userdata) {
    struct trash *trash = userdata;
    bool began = false;

    (void)source;
    if (trash->remover != NULL && !process_has_ended(trash->remover)) return 0;
    process_free(TAKE(trash->remover));
    if (!remove_some(trash, &began, NULL) || (!began && trash->after[0] != '\0'))
        retry_later(trash);
    else if (!began)
        trash->tries = 0;
    return 0;
}

static int on_retry(sd_event_source *source, uint64_t now_us, void *userdata) {
    (void)source;
    (void)now_us;
    trash_empty(userdata);
    return 0;
}

void trash_empty(struct trash *trash) {
    (void)sd_event_source_set_enabled(trash->step, SD_EVENT_ONESHOT);
}

// --- life ---

static bool watch(struct trash *trash, struct error *err) {
    int code = sd_event_add_defer(trash->loop, &trash->step, on_step, trash);

    if (code >= 0)
        code =
            sd_event_add_time(trash->loop, &trash->retry, CLOCK_MONOTONIC, 0, 0, on_retry, trash);
    if (code < 0) return error_system(err, -code, "remover of the trash");
    (void)sd_event_source_set_enabled(trash->retry, SD_EVENT_OFF);
    return true;
}

bool trash_new(sd_event *loop, const char *data_directory, const struct trash_options *options,
               struct trash **out_trash, struct error *err) {
    AUTO(trash_free) struct trash *trash = memory_alloc(sizeof *trash);

    trash->loop = sd_event_ref(loop);
    trash->options = *options;
    if (!file_join(trash->directories[0], FILE_PATH_MAX, err, data_directory, "apps", ".trash",
                   NULL) ||
        !file_join(trash->directories[1], FILE_PATH_MAX, err, data_directory, "trash", NULL) ||
        !file_make_directories(trash->directories[1], 0700, err) || !watch(trash, err))
        return false;
    *out_trash = TAKE(trash);
    return true;
}

void trash_free(struct trash *trash) {
    if (trash == NULL) return;
    process_free(trash->remover);
    (void)sd_event_source_disable_unref(trash->step);
    (void)sd_event_source_disable_unref(trash->retry);
    (void)sd_event_unref(trash->loop);
    memory_free(trash);
}
