#include "controller/work_queue.h"

#include "base/memory.h"
#include "base/text.h"

#include <string.h>

struct work_item {
    char app_id[APP_ID_SIZE];
    int64_t due_ms;
};

// A list that is searched from end to end: it holds the applications with something to do, which
// are few.
struct work_queue {
    struct work_item *items;
    size_t count;
    size_t capacity;
    void (*on_changed)(void *userdata);
    void *userdata;
};

struct work_queue *work_queue_new(void (*on_changed)(void *userdata), void *userdata) {
    struct work_queue *queue = memory_alloc(sizeof *queue);

    queue->on_changed = on_changed;
    queue->userdata = userdata;
    return queue;
}

void work_queue_free(struct work_queue *queue) {
    if (queue == NULL) return;
    memory_free(queue->items);
    memory_free(queue);
}

static struct work_item *find(const struct work_queue *queue, const char *app_id) {
    for (size_t index = 0; index < queue->count; index++)
        if (strcmp(queue->items[index].app_id, app_id) == 0) return &queue->items[index];
    return NULL;
}

void work_queue_add(struct work_queue *queue, const char *app_id, int64_t due_ms) {
    struct work_item *item = find(queue, app_id);

    if (item != NULL && item->due_ms <= due_ms) return;
    if (item == NULL) {
        if (queue->count == queue->capacity) {
            queue->capacity = queue->capacity == 0 ? 16 : 2 * queue->capacity;
            queue->items = memory_resize(queue->items, queue->capacity * sizeof *queue->items);
        }
        item = &queue->items[queue->count++];
        (void)text_copy(item->app_id, sizeof item->app_id, app_id);
    }
    item->due_ms = due_ms;
    if (queue->on_changed != NULL) queue->on_changed(queue->userdata);
}

void work_queue_shift(struct work_queue *queue, int64_t by_ms) {
    for (size_t index = 0; index < queue->count; index++)
        queue->items[index].due_ms += by_ms;
    if (queue->on_changed != NULL) queue->on_changed(queue->userdata);
}

static const struct work_item *earliest(const struct work_queue *queue) {
    const struct work_item *best = NULL;

    for (size_t index = 0; index < queue->count; index++)
        if (best == NULL || queue->items[index].due_ms < best->due_ms) best = &queue->items[index];
    return best;
}

bool work_queue_next_due_ms(const struct work_queue *queue, int64_t *out_due_ms) {
    const struct work_item *item = earliest(queue);

    if (item == NULL) return false;
    *out_due_ms = item->due_ms;
    return true;
}

bool work_queue_take(struct work_queue *queue, int64_t now_ms,
                     char out_app_id[static APP_ID_SIZE]) {
    const struct work_item *item = earliest(queue);

    if (item == NULL || item->due_ms > now_ms) return false;
    (void)text_copy(out_app_id, APP_ID_SIZE, item->app_id);
    size_t index = (size_t)(item - queue->items);
    queue->items[index] = queue->items[--queue->count];
    return true;
}
