#include "runtime/host/disk_usage.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/file_walk.h"
#include "base/memory.h"
#include "base/name_tree.h"
#include "base/text.h"
#include "base/work_queue.h"

#include <search.h>
#include <string.h>

// Entries in one turn of the loop: takes about a millisecond.
enum { SLICE_ENTRIES = 300 };
// The pause between two counts of one application: at least PAUSE_US, and PAUSE_BY_DURATION times
// what a count takes, so that millions of entries cost only a few per cent of a processor.
static const int64_t PAUSE_US = 2000000;
enum { PAUSE_BY_DURATION = 30 };

struct counted_app {
    char app_id[WORK_NAME_SIZE]; // the first member: see base/name_tree.h
    int64_t bytes;
    int64_t counted_us; // 0: never
    int64_t pause_us;
};

struct disk_usage {
    sd_event_source *timer;
    char directory[FILE_PATH_MAX]; // <data>/apps
    void *apps;                    // counted_app by id: base/name_tree.h
    struct work_queue *due;        // by monotonic time; may name forgotten applications
    struct file_walk *walk;        // of `walked`; NULL: none is under way
    struct counted_app *walked;
    int64_t spent_us; // on that walk
};

static void set_timer(void *userdata) {
    struct disk_usage *usage = userdata;
    int64_t due_ms = 0;

    if (usage->walk == NULL && !work_queue_next_due_ms(usage->due, &due_ms)) {
        (void)sd_event_source_set_enabled(usage->timer, SD_EVENT_OFF);
        return;
    }
    (void)sd_event_source_set_time(usage->timer, usage->walk != NULL ? 0 : (uint64_t)due_ms * 1000);
    (void)sd_event_source_set_enabled(usage->timer, SD_EVENT_ONESHOT);
}

// --- counting ---

static void begin_walk(struct disk_usage *usage, struct counted_app *app) {
    usage->walked = app;
    usage->spent_us = 0;
    usage->walk = file_walk_new(usage->directory, app->app_id);
    if (usage->walk == NULL) app->bytes = 0;
}

static void end_walk(struct disk_usage *usage) {
    file_walk_free(TAKE(usage->walk));
    usage->walked = NULL;
}

static void store_count(struct disk_usage *usage) {
    struct counted_app *app = usage->walked;

    app->bytes = file_walk_bytes(usage->walk);
    app->counted_us = clock_monotonic_us();
    app->pause_us = clock_pause_us(usage->spent_us, PAUSE_BY_DURATION, PAUSE_US);
}

// True: the count is complete.
static bool continue_walk(struct disk_usage *usage) {
    int64_t begun_us = clock_monotonic_us();
    bool is_done = file_walk_step(usage->walk, SLICE_ENTRIES);

    usage->spent_us += clock_monotonic_us() - begun_us;
    return is_done;
}

// The next application that is due; NULL = none.
static struct counted_app *pop_due(struct disk_usage *usage, int64_t now_ms) {
    char app_id[WORK_NAME_SIZE];

    while (work_queue_take(usage->due, now_ms, app_id)) {
        struct counted_app *app = name_tree_find(&usage->apps, app_id);
        if (app != NULL) return app;
    }
    return NULL;
}

static int on_timer(sd_event_source *source, uint64_t now_us, void *userdata) {
    struct disk_usage *usage = userdata;

    (void)source;
    if (usage->walk == NULL) {
        struct counted_app *next = pop_due(usage, (int64_t)now_us / 1000);
        if (next != NULL) begin_walk(usage, next);
    }
    if (usage->walk != NULL && continue_walk(usage)) {
        store_count(usage);
        end_walk(usage);
    }
    set_timer(usage);
    return 0;
}

// --- asking ---

static struct counted_app *add(struct disk_usage *usage, const char *app_id) {
    struct counted_app *app = memory_alloc(sizeof *app);

    (void)text_copy(app->app_id, WORK_NAME_SIZE, app_id);
    name_tree_add(&usage->apps, app);
    return app;
}

static struct counted_app *touch(struct disk_usage *usage, const char *app_id) {
    struct counted_app *app = name_tree_find(&usage->apps, app_id);
    int64_t now_us = clock_monotonic_us();

    if (app == NULL) app = add(usage, app_id);
    bool is_fresh = app->counted_us != 0 && app->counted_us + app->pause_us > now_us;
    work_queue_add(usage->due, app_id,
                   (is_fresh ? app->counted_us + app->pause_us : now_us) / 1000);
    return app;
}

void disk_usage_touch(struct disk_usage *usage, const char *app_id) {
    if (app_id[0] != '\0') (void)touch(usage, app_id); // a spare has no application yet
}

int64_t disk_usage_bytes(struct disk_usage *usage, const char *app_id) {
    return touch(usage, app_id)->bytes;
}

void disk_usage_forget(struct disk_usage *usage, const char *app_id) {
    struct counted_app *app = name_tree_find(&usage->apps, app_id);

    if (app == NULL) return;
    if (usage->walked == app) end_walk(usage);
    name_tree_remove(&usage->apps, app);
    memory_free(app);
    set_timer(usage);
}

// --- life ---

static bool touch_found(void *userdata, const char *name, bool is_directory, struct error *err) {
    (void)err;
    // The id of an application is shorter.
    if (is_directory && name[0] != '.' && strlen(name) < WORK_NAME_SIZE)
        disk_usage_touch(userdata, name);
    return true;
}

bool disk_usage_new(sd_event *loop, const char *data_directory, struct disk_usage **out_usage,
                    struct error *err) {
    AUTO(disk_usage_free) struct disk_usage *usage = memory_alloc(sizeof *usage);

    if (!file_join(usage->directory, sizeof usage->directory, err, data_directory, "apps", NULL))
        return false;
    int code = sd_event_add_time(loop, &usage->timer, CLOCK_MONOTONIC, 0, 1000, on_timer, usage);
    if (code < 0) return error_system(err, -code, "timer of the disk usage");
    (void)sd_event_source_set_enabled(usage->timer, SD_EVENT_OFF);
    usage->due = work_queue_new(set_timer, usage);
    // Counting must not delay anything else.
    (void)sd_event_source_set_priority(usage->timer, SD_EVENT_PRIORITY_IDLE);
    if (file_is_directory(usage->directory) &&
        !file_list(usage->directory, touch_found, usage, err))
        return false;
    *out_usage = TAKE(usage);
    return true;
}

void disk_usage_free(struct disk_usage *usage) {
    if (usage == NULL) return;
    end_walk(usage);
    tdestroy(usage->apps, memory_free);
    work_queue_free(usage->due);
    (void)sd_event_source_disable_unref(usage->timer);
    memory_free(usage);
}
