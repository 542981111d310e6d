#include "runtime/trash.h"

#include "base/argument_list.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "runtime/process.h"

#include <errno.h>
#include <stdio.h>

enum { REMOVED_AT_ONCE = 64, NAME_SIZE = 33 };
static const uint64_t PAUSE_FIRST_US = 500000;
static const uint64_t PAUSE_MAX_US = 60000000;

struct trash {
    char directory[FILE_PATH_MAX];
    sd_event *loop;
    sd_event_source *look;
    sd_event_source *retry;
    uint64_t pause_us;       // before the next retry; 0: nothing has failed
    struct process *remover; // NULL, or it has ended: nothing is being removed
};

bool trash_put(const char *data_directory, const char *path, struct error *err) {
    char directory[FILE_PATH_MAX];
    char target[FILE_PATH_MAX];
    char name[NAME_SIZE];
    struct error ignored;

    digest_random_hex(name, sizeof name - 1);
    bool is_out_of_the_way =
        file_join(directory, sizeof directory, &ignored, data_directory, "trash", NULL) &&
        file_join(target, sizeof target, &ignored, directory, name, NULL) &&
        file_make_directories(directory, 0700, &ignored) && rename(path, target) == 0;
    // A disk so full that it takes no name more: the slow way makes room.
    return is_out_of_the_way || file_remove_tree(path, err);
}

// --- the remover ---

struct collection {
    const char *directory;
    struct argument_list *arguments;
    size_t count;
};

static bool collect(void *userdata, const char *name, bool is_directory, struct error *err) {
    struct collection *collection = userdata;
    char path[FILE_PATH_MAX];

    (void)is_directory;
    if (collection->count == REMOVED_AT_ONCE) return true;
    if (!file_join(path, sizeof path, err, collection->directory, name, NULL)) return false;
    argument_list_add(collection->arguments, path);
    collection->count++;
    return true;
}

// Something still writes there, as a JVM may until the kernel has ended it; or the disk fails.
static void try_later(struct trash *trash) {
    trash->pause_us = trash->pause_us == 0 ? PAUSE_FIRST_US : 2 * trash->pause_us;
    if (trash->pause_us > PAUSE_MAX_US) trash->pause_us = PAUSE_MAX_US;
    (void)sd_event_source_set_time_relative(trash->retry, trash->pause_us);
    (void)sd_event_source_set_enabled(trash->retry, SD_EVENT_ONESHOT);
}

static void on_removed(void *userdata, struct process_end end) {
    struct trash *trash = userdata;

    if (!end.was_signalled && end.number == 0) {
        trash->pause_us = 0;
        trash_empty(trash);
    } else
        try_later(trash);
}

static bool remove_some(struct trash *trash, struct error *err) {
    AUTO(argument_list_release) struct argument_list arguments = {0};
    struct collection collection = {.directory = trash->directory, .arguments = &arguments};
    const char *const environment[] = {NULL};

    // It would go on without the daemon, and nobody would know of it.
    argument_list_add_all(&arguments, "/usr/bin/setpriv", "--pdeathsig", "KILL", "--", "/bin/rm",
                          "-rf", "--", NULL);
    if (!file_list(trash->directory, collect, &collection, err)) return false;
    if (collection.count == 0) return true;
    struct process_spec spec = {.arguments = argument_list_items(&arguments),
                                .environment = environment,
                                .done = on_removed,
                                .userdata = trash};
    return process_start(trash->loop, &spec, &trash->remover, err);
}

static int on_look(sd_event_source *source, void *userdata) {
    struct trash *trash = userdata;
    struct error ignored;

    (void)source;
    if (trash->remover != NULL && !process_has_ended(trash->remover)) return 0;
    process_free(TAKE(trash->remover));
    if (!remove_some(trash, &ignored)) try_later(trash);
    return 0;
}

static int on_retry(sd_event_source *source, uint64_t now_us, void *userdata) {
    (void)source;
    (void)now_us;
    trash_empty(userdata);
    return 0;
}

void trash_empty(struct trash *trash) {
    (void)sd_event_source_set_enabled(trash->look, SD_EVENT_ONESHOT);
}

// --- life ---

bool trash_new(sd_event *loop, const char *data_directory, struct trash **out_trash,
               struct error *err) {
    AUTO(trash_free) struct trash *trash = memory_alloc(sizeof *trash);

    trash->loop = sd_event_ref(loop);
    if (!file_join(trash->directory, sizeof trash->directory, err, data_directory, "trash", NULL) ||
        !file_make_directories(trash->directory, 0700, err))
        return false;
    int code = sd_event_add_defer(loop, &trash->look, on_look, trash);
    if (code < 0) return error_system(err, -code, "remover");
    code = sd_event_add_time(loop, &trash->retry, CLOCK_MONOTONIC, 0, 0, on_retry, trash);
    if (code < 0) return error_system(err, -code, "remover");
    (void)sd_event_source_set_enabled(trash->retry, SD_EVENT_OFF);
    *out_trash = TAKE(trash);
    return true;
}

void trash_free(struct trash *trash) {
    if (trash == NULL) return;
    process_free(trash->remover);
    (void)sd_event_source_disable_unref(trash->look);
    (void)sd_event_source_disable_unref(trash->retry);
    (void)sd_event_unref(trash->loop);
    memory_free(trash);
}
