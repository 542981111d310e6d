#include "runtime/objects/name_list.h"

#include "base/file.h"
#include "base/file_inside.h"
#include "base/memory.h"
#include "base/text.h"
#include "runtime/objects/name_batch.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

// An entry of a directory takes a microsecond, one whose file is read up to a hundred.
enum { WORK_A_TURN = 4000, ENTRY_WORK = 1, FILE_WORK = 40 };

struct name_list {
    struct name_list_call call;
    char *root;
    char *directory;
    sd_event_source *turn;
    DIR *reading;
    struct name_batch batch;
    int at;     // the next name of the batch
    char *from; // only names that follow it
    char *last; // visited
    int count;  // the same
};

static void open_directory(struct name_list *list) {
    int fd = -1;

    if (!file_open_users_directory(list->root, list->directory, &fd, NULL)) return;
    list->reading = fdopendir(fd);
    if (list->reading == NULL) file_close(fd);
}

static void close_directory(struct name_list *list) {
    if (list->reading != NULL) (void)closedir(list->reading);
    list->reading = NULL;
}

// Returns the work.
static int add_entry(struct name_list *list, const char *entry) {
    bool has_names = list->call.name_of != NULL;

    if (text_equal(entry, ".") || text_equal(entry, "..") || !text_is_utf8(entry))
        return ENTRY_WORK;
    AUTO(memory_free)
    char *name =
        has_names ? list->call.name_of(list->call.userdata, entry) : memory_copy_text(entry);
    if (name != NULL && strcmp(name, list->from) > 0) name_batch_add(&list->batch, name);
    return has_names ? FILE_WORK : ENTRY_WORK;
}

static int read_entry(struct name_list *list) {
    const struct dirent *entry = readdir(list->reading);

    if (entry != NULL) return add_entry(list, entry->d_name);
    close_directory(list);
    return ENTRY_WORK;
}

// False: there is no other batch.
static bool next_batch(struct name_list *list) {
    if (!list->batch.has_more) return false;
    memory_free(list->from);
    list->from = memory_copy_text(list->batch.names[list->batch.count - 1]);
    name_batch_release(&list->batch);
    list->at = 0;
    open_directory(list);
    return true;
}

static void visit(struct name_list *list, const char *name) {
    if (!list->call.visit(list->call.userdata, name)) return;
    list->count++;
    memory_free(list->last);
    list->last = memory_copy_text(name);
}

// One step. Returns its work; 0: the list has ended.
static int step(struct name_list *list) {
    if (list->reading != NULL) return read_entry(list);
    if (list->at == list->batch.count) return next_batch(list) ? ENTRY_WORK : 0;
    if (list->count == list->call.limit) return 0;
    visit(list, list->batch.names[list->at++]);
    return FILE_WORK;
}

static int on_turn(sd_event_source *source, uint64_t now_us, void *userdata) {
    struct name_list *list = userdata;
    int work = 0;

    (void)now_us;
    while (work < WORK_A_TURN) {
        int one = step(list);
        if (one == 0) {
            bool has_more = list->at < list->batch.count;
            list->call.done(list->call.userdata, has_more ? list->last : NULL);
            return 0;
        }
        work += one;
    }
    (void)sd_event_source_set_time(source, 0);
    (void)sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
    return 0;
}

struct name_list *name_list_begin(const struct name_list_call *call) {
    struct name_list *list = memory_alloc(sizeof *list);

    list->call = *call;
    list->root = memory_copy_text(call->root);
    list->directory = memory_copy_text(call->directory);
    list->from = memory_copy_text(call->after);
    open_directory(list);
    if (sd_event_add_time(call->loop, &list->turn, CLOCK_MONOTONIC, 0, 1, on_turn, list) < 0)
        abort();
    return list;
}

void name_list_free(struct name_list *list) {
    if (list == NULL) return;
    (void)sd_event_source_disable_unref(list->turn);
    close_directory(list);
    name_batch_release(&list->batch);
    memory_free(list->root);
    memory_free(list->directory);
    memory_free(list->from);
    memory_free(list->last);
    memory_free(list);
}
