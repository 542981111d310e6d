#include "runtime/transfer/transfer.h"

#include "base/file_inside.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"

#include <string.h>

// With a first pause of 1 s: 1, 2, 4, 8, 16 and then 30 seconds, five minutes together.
enum { REPEATS_MAX = 14, PAUSE_MAX_FACTOR = 30 };
// More slots than that are busy where files wait for the disk.
enum { COPIES_AT_ONCE = 4 };

enum transfer_step {
    STEP_SOURCE,      // the plan is made of what it has
    STEP_DESTINATION, // what it has is done
    STEP_COPY,
};

// What is done at the same time.
struct slot {
    struct transfer *transfer;
    struct transfer_work work;
    bool is_busy;
    bool is_copied; // and only waits for the disk
    int failures;   // in a row
    sd_event_source *pause;
};

struct transfer {
    struct transfer_subject subject;
    bool is_outside; // the directory is not below the data directory
    enum transfer_step step;
    size_t next; // the file that is copied next
    struct slot slots[PARTIAL_FILE_SLOTS];
    transfer_end_fn *done;
    void *userdata;
};

// The owner may free the transfer.
static void finish(struct transfer *transfer, const struct bucket_failure *failure) {
    for (size_t index = 0; index < PARTIAL_FILE_SLOTS; index++) {
        transfer_work_clear(&transfer->slots[index].work);
        transfer->slots[index].pause = sd_event_source_disable_unref(transfer->slots[index].pause);
    }
    transfer->done(transfer->userdata, failure);
}

static void finish_by(struct transfer *transfer, const struct error *err) {
    struct bucket_failure failure = bucket_failure_of(err);

    finish(transfer, &failure);
}

// --- lists ---

static bool on_source_file(struct transfer_work *work, const char *name, int64_t size_bytes,
                           struct error *err) {
    struct transfer *transfer = ((struct slot *)work->owner)->transfer;

    // Of an earlier transfer into a bucket that is a directory, or into this machine.
    if (text_starts_with(name, TRANSFER_PLAN_UNFINISHED)) return true;
    return transfer_plan_add(&transfer->subject.plan, name, size_bytes, err);
}

static bool is_to_disk(const struct transfer *transfer) {
    const struct transfer_subject *subject = &transfer->subject;

    return subject->kind == TRANSFER_IMPORT || subject->settings->buckets.ops->is_on_disk;
}

static bool on_destination_file(struct transfer_work *work, const char *name, int64_t size_bytes,
                                struct error *err) {
    struct transfer *transfer = ((struct slot *)work->owner)->transfer;

    (void)err;
    // The end of its copy is what waits for all names. An earlier daemon may have died before that.
    if (is_to_disk(transfer) && text_equal(name, TRANSFER_PLAN_METADATA)) return true;
    transfer_plan_mark(&transfer->subject.plan, name, size_bytes);
    return true;
}

static void list(struct slot *slot) {
    bool is_export = slot->transfer->subject.kind == TRANSFER_EXPORT;
    bool is_source = slot->transfer->step == STEP_SOURCE;

    slot->work.visit = is_source ? on_source_file : on_destination_file;
    if (is_source) transfer_plan_release(&slot->transfer->subject.plan);
    transfer_work_list(&slot->work, is_source != is_export);
}

static void begin(struct slot *slot) {
    slot->is_busy = true;
    slot->is_copied = false;
    if (slot->transfer->step == STEP_COPY)
        transfer_work_copy(&slot->work);
    else
        list(slot);
}

// --- the order of works ---

static struct plan_file *next_file(struct transfer *transfer, size_t busy_count) {
    const struct transfer_plan *plan = &transfer->subject.plan;

    while (transfer->next < plan->count && plan->files[transfer->next]->is_done)
        transfer->next++;
    bool is_metadata = transfer->next + 1 == plan->count;
    if (transfer->next == plan->count || (is_metadata && busy_count > 0)) return NULL;
    return plan->files[transfer->next++];
}

static void copy_more(struct transfer *transfer) {
    size_t busy_count = 0;
    size_t copy_count = 0;

    for (size_t index = 0; index < PARTIAL_FILE_SLOTS; index++) {
        busy_count += transfer->slots[index].is_busy;
        copy_count += transfer->slots[index].is_busy && !transfer->slots[index].is_copied;
    }
    for (size_t index = 0; index < PARTIAL_FILE_SLOTS && copy_count < COPIES_AT_ONCE; index++) {
        struct slot *slot = &transfer->slots[index];
        if (slot->is_busy) continue;
        slot->work.file = next_file(transfer, busy_count);
        if (slot->work.file == NULL) break;
        begin(slot);
        busy_count++;
        copy_count++;
    }
    if (busy_count == 0) finish(transfer, NULL);
}

static void advance(struct transfer *transfer) {
    struct error err;

    if (transfer->step == STEP_COPY) {
        copy_more(transfer);
    } else if (transfer->step == STEP_DESTINATION) {
        transfer->step = STEP_COPY;
        copy_more(transfer);
    } else if (transfer_plan_close(&transfer->subject.plan, &err)) {
        transfer->step = STEP_DESTINATION;
        begin(&transfer->slots[0]);
    } else {
        finish_by(transfer, &err);
    }
}

// --- repeating ---

static int on_pause_over(sd_event_source *source, uint64_t now_us, void *userdata) {
    static const struct bucket_failure outside = {
        .fault = TRANSFER_FAULT_INTERNAL, .reason = "the snapshot is not in the data directory"};
    struct slot *slot = userdata;

    (void)source;
    (void)now_us;
    slot->pause = sd_event_source_disable_unref(slot->pause);
    if (slot->transfer->is_outside)
        finish(slot->transfer, &outside);
    else
        begin(slot);
    return 0;
}

static void wait_and_begin(struct slot *slot, int64_t pause_ms) {
    if (sd_event_add_time_relative(slot->transfer->subject.settings->loop, &slot->pause,
                                   CLOCK_MONOTONIC, (uint64_t)pause_ms * 1000, 1000, on_pause_over,
                                   slot) < 0)
        abort();
}

static int64_t pause_after(const struct slot *slot) {
    int64_t factor = (int64_t)1 << (slot->failures - 1);

    if (factor > PAUSE_MAX_FACTOR) factor = PAUSE_MAX_FACTOR;
    return slot->transfer->subject.settings->first_pause_ms * factor;
}

static void on_work_copied(struct transfer_work *work) {
    struct slot *slot = work->owner;

    slot->is_copied = true;
    copy_more(slot->transfer);
}

static void on_work_done(struct transfer_work *work, const struct bucket_failure *failure) {
    struct slot *slot = work->owner;

    if (failure == NULL) {
        slot->failures = 0;
        slot->is_busy = false;
        if (work->file != NULL) work->file->is_done = true;
        advance(slot->transfer);
    } else if (failure->may_pass && slot->failures < REPEATS_MAX) {
        slot->failures++;
        log_warn("runtime", "a snapshot's transfer tries again",
                 "bucket=\"%s\" prefix=\"%s\" "
                 "failures=%d error=\"%s\"",
                 slot->transfer->subject.bucket, slot->transfer->subject.prefix, slot->failures,
                 failure->reason);
        wait_and_begin(slot, pause_after(slot));
    } else {
        finish(slot->transfer, failure);
    }
}

// --- life ---

static void init_slot(struct transfer *transfer, unsigned number) {
    struct slot *slot = &transfer->slots[number];

    slot->transfer = transfer;
    transfer_work_init(&slot->work);
    slot->work.subject = &transfer->subject;
    slot->work.number = number;
    slot->work.copied = on_work_copied;
    slot->work.done = on_work_done;
    slot->work.owner = slot;
}

// "/data/apps" and "app/snapshots/name" of "/data/apps/app/snapshots/name".
static bool find_directory(struct transfer_subject *subject,
                           const struct transfer_settings *settings, const char *path) {
    const char *below = file_below(settings->data_directory, path);
    const char *slash = below == NULL ? NULL : strchr(below, '/');

    return slash != NULL &&
           text_format(subject->root, FILE_PATH_MAX, "%.*s", (int)(slash - path), path) &&
           text_copy(subject->directory, FILE_PATH_MAX, slash + 1);
}

struct transfer *transfer_new(const struct transfer_settings *settings,
                              const struct transfer_order *order, transfer_end_fn *done,
                              void *userdata) {
    struct transfer *transfer = memory_alloc(sizeof *transfer);

    if (!text_ends_with(order->prefix, "/")) abort();
    transfer->is_outside = !find_directory(&transfer->subject, settings, order->directory);
    transfer->subject.settings = settings;
    transfer->subject.kind = order->kind;
    transfer->subject.bucket = memory_copy_text(order->bucket);
    transfer->subject.prefix = memory_copy_text(order->prefix);
    transfer->done = done;
    transfer->userdata = userdata;
    for (unsigned number = 0; number < PARTIAL_FILE_SLOTS; number++)
        init_slot(transfer, number);
    transfer->slots[0].is_busy = true;
    wait_and_begin(&transfer->slots[0], 0);
    return transfer;
}

int64_t transfer_size_bytes(const struct transfer *transfer) {
    return transfer->subject.plan.size_bytes;
}

void transfer_free(struct transfer *transfer) {
    for (size_t index = 0; index < PARTIAL_FILE_SLOTS; index++) {
        transfer_work_clear(&transfer->slots[index].work);
        (void)sd_event_source_disable_unref(transfer->slots[index].pause);
    }
    transfer_plan_release(&transfer->subject.plan);
    memory_free(transfer->subject.bucket);
    memory_free(transfer->subject.prefix);
    memory_free(transfer);
}
