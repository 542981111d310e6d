#include "runtime/savepoint/collector.h"

#include "base/memory.h"
#include "base/text.h"
#include "runtime/savepoint/state_names.h"

#include <string.h>

void collector_init(struct collector *collector, struct savepoint_metadata *out) {
    *collector = (struct collector){.out = out, .head_bytes_left = COLLECTOR_HEADS_BYTES};
}

void collector_release(struct collector *collector) {
    for (size_t index = 0; index < collector->head_count; index++)
        memory_free(collector->heads[index].file);
    collector->head_count = 0;
}

// Makes room for one more.
static void *grow(void *items, size_t count, size_t *capacity, size_t item_bytes) {
    if (count < *capacity) return items;
    *capacity = *capacity == 0 ? 8 : *capacity * 2;
    return memory_resize(items, *capacity * item_bytes);
}

struct savepoint_operator *collector_current(const struct collector *collector) {
    return &collector->out->operators[collector->out->operator_count - 1];
}

struct savepoint_operator *collector_begin_operator(struct collector *collector) {
    struct savepoint_metadata *out = collector->out;

    out->operators = grow(out->operators, out->operator_count, &collector->operator_capacity,
                          sizeof *out->operators);
    out->operators[out->operator_count++] = (struct savepoint_operator){0};
    collector->state_capacity = 0;
    memset(collector->has_part, 0, sizeof collector->has_part);
    memset(collector->has_names, 0, sizeof collector->has_names);
    memset(collector->has_head, 0, sizeof collector->has_head);
    memset(collector->was_searched, 0, sizeof collector->was_searched);
    collector_current(collector)->are_states_complete = true;
    return collector_current(collector);
}

void collector_end_operator(struct collector *collector) {
    // The names of operator state are in the handles.
    if (collector->has_part[COLLECTOR_KEYED] && !collector->has_names[COLLECTOR_KEYED])
        collector_current(collector)->are_states_complete = false;
}

static bool is_keyed(enum savepoint_state_kind kind) {
    return kind >= SAVEPOINT_STATE_KEYED_VALUE;
}

static void update_state(struct savepoint_named_state *state, enum savepoint_state_kind kind,
                         const char *serializer) {
    if (state->kind == SAVEPOINT_STATE_UNKNOWN) state->kind = kind;
    if (state->serializer[0] != '\0' || serializer[0] == '\0') return;
    memory_free(state->serializer);
    state->serializer = memory_copy_text(serializer);
}

static int add_state_to(struct collector *collector, struct savepoint_operator *entry,
                        size_t *capacity, const struct savepoint_named_state *added) {
    for (size_t index = 0; index < entry->state_count; index++) {
        struct savepoint_named_state *state = &entry->states[index];
        if (is_keyed(state->kind) != is_keyed(added->kind) || !text_equal(state->name, added->name))
            continue;
        update_state(state, added->kind, added->serializer);
        return (int)index;
    }
    if (collector->state_count == SAVEPOINT_STATES_MAX ||
        entry->state_count == SAVEPOINT_OPERATOR_STATES_MAX) {
        entry->are_states_complete = false;
        return (int)entry->state_count;
    }
    collector->state_count++;
    entry->states = grow(entry->states, entry->state_count, capacity, sizeof *entry->states);
    entry->states[entry->state_count++] =
        (struct savepoint_named_state){.kind = added->kind,
                                       .name = memory_copy_text(added->name),
                                       .serializer = memory_copy_text(added->serializer)};
    return (int)entry->state_count - 1;
}

int collector_add_state(struct collector *collector, enum savepoint_state_kind kind,
                        const char *name, const char *serializer) {
    AUTO(memory_free) char *own_name = memory_copy_text(name);
    AUTO(memory_free) char *own_serializer = memory_copy_text(serializer);
    const struct savepoint_named_state added = {kind, own_name, own_serializer};

    return add_state_to(collector, collector_current(collector), &collector->state_capacity,
                        &added);
}

void collector_add_file(struct collector *collector, const struct savepoint_file *file) {
    struct savepoint_metadata *out = collector->out;

    if (out->file_count == SAVEPOINT_FILES_MAX) {
        out->files_left_out++;
        return;
    }
    out->files = grow(out->files, out->file_count, &collector->file_capacity, sizeof *out->files);
    struct savepoint_file *added = &out->files[out->file_count++];
    *added = *file;
    added->name = memory_copy_text(file->name);
}

// --- names ---

size_t collector_wanted_bytes(const struct collector *collector, enum collector_part part,
                              int64_t size_bytes) {
    if (part == COLLECTOR_NAMELESS || collector->was_searched[part]) return 0;
    if (collector->head_bytes_left < STATE_NAMES_HEAD_BYTES) return 0;
    return size_bytes < STATE_NAMES_HEAD_BYTES ? (size_t)size_bytes : STATE_NAMES_HEAD_BYTES;
}

struct addition {
    struct collector *collector;
    struct savepoint_operator *entry;
    size_t capacity;
};

static void add_record(void *userdata, const struct state_names_record *record) {
    struct addition *addition = userdata;
    struct state_names_record copy = *record;
    const struct savepoint_named_state added = {copy.kind, copy.name, copy.serializer};

    (void)add_state_to(addition->collector, addition->entry, &addition->capacity, &added);
}

void collector_add_stream(struct collector *collector, enum collector_part part, const void *bytes,
                          size_t size_bytes, bool is_whole) {
    struct addition addition = {collector, collector_current(collector), collector->state_capacity};

    collector->head_bytes_left -= (int64_t)size_bytes;
    collector->was_searched[part] = true;
    if (state_names_find(bytes, size_bytes, is_whole, add_record, &addition))
        collector->has_names[part] = true;
    collector->state_capacity = addition.capacity;
}

void collector_add_head(struct collector *collector, enum collector_part part, const char *file) {
    if (part == COLLECTOR_NAMELESS || collector->has_names[part] || collector->has_head[part])
        return;
    if (collector->head_count == COLLECTOR_HEADS_MAX) return;
    collector->has_head[part] = true;
    collector->heads[collector->head_count++] =
        (struct collector_head){.operator_index = collector->out->operator_count - 1,
                                .part = part,
                                .file = memory_copy_text(file)};
}

void collector_add_file_head(struct collector *collector, const struct collector_head *head,
                             const void *bytes, size_t size_bytes, bool is_whole) {
    struct savepoint_operator *entry = &collector->out->operators[head->operator_index];
    // The room that there is may be more: at worst the list moves once.
    struct addition addition = {collector, entry, entry->state_count};

    bool is_complete = state_names_find(bytes, size_bytes, is_whole, add_record, &addition);
    if (is_complete && head->part == COLLECTOR_KEYED) entry->are_states_complete = true;
}

// --- files ---

static int compare_files(const void *left, const void *right) {
    const struct savepoint_file *one = left;
    const struct savepoint_file *other = right;

    return strcmp(one->name, other->name);
}

void collector_finish(struct collector *collector) {
    struct savepoint_metadata *out = collector->out;
    size_t kept = 0;

    if (out->file_count > 1) qsort(out->files, out->file_count, sizeof *out->files, compare_files);
    for (size_t index = 0; index < out->file_count; index++) {
        struct savepoint_file *file = &out->files[index];
        struct savepoint_file *last = kept == 0 ? NULL : &out->files[kept - 1];
        if (last == NULL || !text_equal(last->name, file->name)) {
            out->files[kept++] = *file;
            continue;
        }
        if (file->size_bytes > last->size_bytes) last->size_bytes = file->size_bytes;
        memory_free(file->name);
    }
    out->file_count = kept;
}
