#include "base/work_queue.h"

#include "base/memory.h"
#include "base/name_tree.h"
#include "base/text.h"

#include <search.h>

struct work_item {
    char name[WORK_NAME_SIZE]; // the first member: see base/name_tree.h
    int64_t due_ms;
    uint64_t ordinal; // of two with the same due time, the lower one comes first
    size_t place;     // in the heap
};

// A binary heap by time and a tree by name: when the daemon starts, every application is queued.
struct work_queue {
    struct work_item **heap;
    size_t count;
    size_t capacity;
    void *by_name; // base/name_tree.h
    uint64_t ordinal;
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
    tdestroy(queue->by_name, memory_free);
    memory_free(queue->heap);
    memory_free(queue);
}

// --- the heap ---

static bool is_before(const struct work_item *left, const struct work_item *right) {
    if (left->due_ms != right->due_ms) return left->due_ms < right->due_ms;
    return left->ordinal < right->ordinal;
}

static void put(struct work_queue *queue, size_t place, struct work_item *item) {
    queue->heap[place] = item;
    item->place = place;
}

static void rise(struct work_queue *queue, struct work_item *item) {
    size_t place = item->place;

    for (; place > 0 && is_before(item, queue->heap[(place - 1) / 2]); place = (place - 1) / 2)
        put(queue, place, queue->heap[(place - 1) / 2]);
    put(queue, place, item);
}

static void sink(struct work_queue *queue, struct work_item *item) {
    size_t place = item->place;

    for (size_t child; (child = 2 * place + 1) < queue->count; place = child) {
        if (child + 1 < queue->count && is_before(queue->heap[child + 1], queue->heap[child]))
            child++;
        if (!is_before(queue->heap[child], item)) break;
        put(queue, place, queue->heap[child]);
    }
    put(queue, place, item);
}

static struct work_item *add(struct work_queue *queue, const char *name, int64_t due_ms) {
    struct work_item *item = memory_alloc(sizeof *item);

    if (queue->count == queue->capacity) {
        queue->capacity = queue->capacity == 0 ? 16 : 2 * queue->capacity;
        queue->heap = memory_resize(queue->heap, queue->capacity * sizeof(struct work_item *));
    }
    (void)text_copy(item->name, sizeof item->name, name);
    item->due_ms = due_ms;
    item->ordinal = queue->ordinal++;
    name_tree_add(&queue->by_name, item);
    put(queue, queue->count++, item);
    return item;
}

void work_queue_add(struct work_queue *queue, const char *name, int64_t due_ms) {
    struct work_item *item = name_tree_find(&queue->by_name, name);

    if (item != NULL && item->due_ms <= due_ms) return;
    if (item == NULL) item = add(queue, name, due_ms);
    item->due_ms = due_ms;
    rise(queue, item);
    if (item->place == 0 && queue->on_changed != NULL) queue->on_changed(queue->userdata);
}

void work_queue_shift(struct work_queue *queue, int64_t by_ms) {
    for (size_t place = 0; place < queue->count; place++)
        queue->heap[place]->due_ms += by_ms;
    if (queue->on_changed != NULL) queue->on_changed(queue->userdata);
}

bool work_queue_next_due_ms(const struct work_queue *queue, int64_t *out_due_ms) {
    if (queue->count == 0) return false;
    *out_due_ms = queue->heap[0]->due_ms;
    return true;
}

bool work_queue_take(struct work_queue *queue, int64_t now_ms,
                     char out_name[static WORK_NAME_SIZE]) {
    if (queue->count == 0 || queue->heap[0]->due_ms > now_ms) return false;
    struct work_item *item = queue->heap[0];
    struct work_item *last = queue->heap[--queue->count];

    if (last != item) {
        last->place = 0;
        sink(queue, last);
    }
    name_tree_remove(&queue->by_name, item);
    (void)text_copy(out_name, WORK_NAME_SIZE, item->name);
    memory_free(item);
    return true;
}
