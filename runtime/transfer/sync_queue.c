#include "runtime/transfer/sync_queue.h"

#include "base/memory.h"
#include "runtime/host/disk_sync.h"

// More than that are written together with the rest of their file system: an fsync() of each would
// wait for a commit of its journal each time, here 2 ms.
enum { SINGLE_MAX = 2 };

struct sync_queue {
    sd_event *loop;
    sd_event_source *turn;
    struct process *child;
    struct sync_wait *waits; // the oldest first
};

struct sync_queue *sync_queue_new(sd_event *loop) {
    struct sync_queue *queue = memory_alloc(sizeof *queue);

    queue->loop = sd_event_ref(loop);
    return queue;
}

void sync_queue_free(struct sync_queue *queue) {
    if (queue == NULL) return;
    if (queue->waits != NULL) abort();
    process_free(queue->child);
    (void)sd_event_source_disable_unref(queue->turn);
    (void)sd_event_unref(queue->loop);
    memory_free(queue);
}

void sync_queue_remove(struct sync_wait *wait) {
    if (wait->queue == NULL) return;
    struct sync_wait **place = &wait->queue->waits;
    while (*place != wait)
        place = &(*place)->next;
    *place = wait->next;
    wait->queue = NULL;
    wait->next = NULL;
}

static void begin_later(struct sync_queue *queue);

// A `done` may add and remove waits, so each is looked up again.
static void end_all(struct sync_queue *queue, const struct error *err) {
    for (;;) {
        struct sync_wait *wait = queue->waits;
        while (wait != NULL && !wait->is_under_way)
            wait = wait->next;
        if (wait == NULL) break;
        sync_queue_remove(wait);
        wait->done(wait->userdata, err);
    }
    if (queue->waits != NULL) begin_later(queue);
}

static void on_child_end(void *userdata, struct process_end end) {
    struct sync_queue *queue = userdata;
    struct error err;

    process_free(TAKE(queue->child));
    bool is_written = !end.was_signalled && end.number == 0;
    if (!is_written) (void)error_set(&err, ERROR_SYSTEM, "writing files to the disk failed");
    end_all(queue, is_written ? NULL : &err);
}

// Those of the file system of the oldest. *out_second: if there are two.
static size_t choose(struct sync_queue *queue, const struct sync_wait **out_second,
                     bool *out_has_names) {
    size_t count = 0;

    *out_second = NULL;
    *out_has_names = false;
    for (struct sync_wait *wait = queue->waits; wait != NULL; wait = wait->next) {
        if (wait->device != queue->waits->device) continue;
        wait->is_under_way = true;
        *out_has_names |= wait->has_names;
        if (++count == 2) *out_second = wait;
    }
    return count;
}

static int on_turn(sd_event_source *source, uint64_t now_us, void *userdata) {
    struct sync_queue *queue = userdata;
    const struct sync_wait *second;
    bool has_names;
    struct error err;

    (void)source;
    (void)now_us;
    queue->turn = sd_event_source_disable_unref(queue->turn);
    if (queue->waits == NULL) return 0;
    bool is_single = choose(queue, &second, &has_names) <= SINGLE_MAX && !has_names;
    const char *path = queue->waits->path;
    bool is_begun = is_single ? disk_sync(queue->loop, path, second == NULL ? NULL : second->path,
                                          on_child_end, queue, &queue->child, &err)
                              : disk_sync_file_system(queue->loop, path, on_child_end, queue,
                                                      &queue->child, &err);
    if (!is_begun) end_all(queue, &err);
    return 0;
}

static void begin_later(struct sync_queue *queue) {
    if (queue->child != NULL || queue->turn != NULL) return;
    if (sd_event_add_time(queue->loop, &queue->turn, CLOCK_MONOTONIC, 0, 1, on_turn, queue) < 0)
        abort();
}

void sync_queue_add(struct sync_queue *queue, struct sync_wait *wait) {
    struct sync_wait **place = &queue->waits;

    while (*place != NULL)
        place = &(*place)->next;
    *place = wait;
    wait->queue = queue;
    wait->next = NULL;
    wait->is_under_way = false;
    begin_later(queue);
}
