#include "runtime/savepoint/savepoint_metadata.h"

#include "base/file.h"
#include "base/file_inside.h"
#include "base/memory.h"
#include "base/names.h"
#include "base/text.h"
#include "runtime/savepoint/collector.h"
#include "runtime/savepoint/metadata_reader.h"
#include "runtime/savepoint/savepoint_properties.h"
#include "runtime/savepoint/state_handles.h"
#include "runtime/savepoint/state_names.h"

#include <errno.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

static const uint32_t MAGIC = 0x4960672d;
static const uint32_t MASTER_STATE_MAGIC = 0xc96b1696;

// The first version that has it.
enum { WITH_COORDINATORS = 3, WITH_PROPERTIES = 4, WITH_NAMES = 5 };

static const char *const kinds[SAVEPOINT_KIND_COUNT] = {
    [SAVEPOINT_UNKNOWN] = "UNKNOWN",
    [SAVEPOINT_CANONICAL] = "CANONICAL",
    [SAVEPOINT_NATIVE] = "NATIVE",
    [SAVEPOINT_CHECKPOINT] = "CHECKPOINT",
};

static const char *const state_kinds[SAVEPOINT_STATE_KIND_COUNT] = {
    [SAVEPOINT_STATE_UNKNOWN] = "UNKNOWN",
    [SAVEPOINT_STATE_LIST] = "LIST",
    [SAVEPOINT_STATE_UNION_LIST] = "UNION_LIST",
    [SAVEPOINT_STATE_BROADCAST] = "BROADCAST",
    [SAVEPOINT_STATE_KEYED_VALUE] = "KEYED_VALUE",
    [SAVEPOINT_STATE_KEYED_LIST] = "KEYED_LIST",
    [SAVEPOINT_STATE_KEYED_MAP] = "KEYED_MAP",
    [SAVEPOINT_STATE_KEYED_REDUCING] = "KEYED_REDUCING",
    [SAVEPOINT_STATE_KEYED_AGGREGATING] = "KEYED_AGGREGATING",
    [SAVEPOINT_STATE_KEYED_FOLDING] = "KEYED_FOLDING",
    [SAVEPOINT_STATE_TIMERS] = "TIMERS",
};

const char *savepoint_kind_name(enum savepoint_kind value) {
    return names_column_at(kinds, sizeof kinds[0], COUNT_OF(kinds), (size_t)value);
}

const char *savepoint_state_kind_name(enum savepoint_state_kind value) {
    return names_column_at(state_kinds, sizeof state_kinds[0], COUNT_OF(state_kinds),
                           (size_t)value);
}

// --- what was read ---

static void release_operator(struct savepoint_operator *entry) {
    for (size_t index = 0; index < entry->state_count; index++) {
        memory_free(entry->states[index].name);
        memory_free(entry->states[index].serializer);
    }
    memory_free(entry->states);
}

void savepoint_metadata_free(struct savepoint_metadata *metadata) {
    for (size_t index = 0; index < metadata->operator_count; index++)
        release_operator(&metadata->operators[index]);
    for (size_t index = 0; index < metadata->file_count; index++)
        memory_free(metadata->files[index].name);
    memory_free(metadata->operators);
    memory_free(metadata->files);
    *metadata = (struct savepoint_metadata){0};
}

bool savepoint_operator_has_state(const struct savepoint_operator *entry) {
    return entry->subtasks_with_state > 0 || entry->has_coordinator;
}

int64_t savepoint_operator_bytes(const struct savepoint_operator *entry) {
    const int64_t parts[] = {
        entry->operator_state.inlined_bytes,
        entry->operator_state.file_bytes,
        entry->keyed_state.inlined_bytes,
        entry->keyed_state.file_bytes,
        entry->channel_state.inlined_bytes,
        entry->channel_state.file_bytes,
        entry->coordinator_bytes,
    };
    int64_t total = 0;

    for (size_t index = 0; index < COUNT_OF(parts); index++)
        if (__builtin_add_overflow(total, parts[index], &total)) return INT64_MAX;
    return total;
}

const struct savepoint_file *
savepoint_metadata_absolute_file(const struct savepoint_metadata *metadata) {
    for (size_t index = 0; index < metadata->file_count; index++)
        if (!metadata->files[index].is_relative) return &metadata->files[index];
    return NULL;
}

// --- reading ---

static void read_head(struct metadata_reader *reader, struct savepoint_metadata *out) {
    if ((uint32_t)metadata_reader_int(reader) != MAGIC)
        metadata_reader_fail(reader, 0, "it is not the metadata of a savepoint");
    out->version = metadata_reader_int(reader);
    if (out->version < SAVEPOINT_VERSION_MIN || out->version > SAVEPOINT_VERSION_MAX)
        metadata_reader_fail(reader, 4, "kobel reads the versions %d to %d of it, not %d",
                             SAVEPOINT_VERSION_MIN, SAVEPOINT_VERSION_MAX, out->version);
    out->checkpoint_id = metadata_reader_long(reader);
    if (out->checkpoint_id < 0)
        metadata_reader_fail(reader, 8, "%" PRId64 " is not the number of a checkpoint",
                             out->checkpoint_id);
}

static void read_master_states(struct metadata_reader *reader, struct savepoint_metadata *out) {
    int count = metadata_reader_count(reader, 8, "master states");

    for (int index = 0; index < count && metadata_reader_is_good(reader); index++) {
        if ((uint32_t)metadata_reader_int(reader) != MASTER_STATE_MAGIC)
            metadata_reader_fail(reader, reader->position - 4, "it is not a master state");
        metadata_reader_skip(reader, metadata_reader_count(reader, 1, "bytes"));
        metadata_reader_spend(reader, 1);
    }
    out->master_state_count = count;
}

static void read_subtask(struct state_handles *handles) {
    struct metadata_reader *reader = handles->reader;
    int32_t subtask = metadata_reader_int(reader);

    metadata_reader_spend(reader, 1);
    if (handles->version >= WITH_COORDINATORS && subtask < 0) return; // it had reached its end
    if (handles->version < WITH_COORDINATORS) {
        (void)metadata_reader_long(reader);
        if (metadata_reader_int(reader) > 0)
            metadata_reader_fail(reader, reader->position - 4, "it has state of Flink 1.1");
    }
    state_handles_read_subtask(handles);
    if (handles->has_state) collector_current(handles->collector)->subtasks_with_state++;
}

static void read_parallelism(struct metadata_reader *reader, struct savepoint_operator *entry) {
    entry->parallelism = metadata_reader_int(reader);
    entry->max_parallelism = metadata_reader_int(reader);
    if (entry->parallelism < 0 || entry->max_parallelism < entry->parallelism)
        metadata_reader_fail(reader, reader->position - 8,
                             "%d and %d are not a parallelism and its maximum", entry->parallelism,
                             entry->max_parallelism);
}

static void read_operator(struct state_handles *handles) {
    struct metadata_reader *reader = handles->reader;
    struct savepoint_operator *entry = collector_begin_operator(handles->collector);
    unsigned char id[16];

    metadata_reader_spend(reader, 1);
    if (handles->version >= WITH_NAMES) {
        metadata_reader_text(reader, entry->name, sizeof entry->name);
        metadata_reader_text(reader, entry->uid, sizeof entry->uid);
    }
    metadata_reader_bytes(reader, id, sizeof id);
    text_hex(entry->id, id, sizeof id);
    read_parallelism(reader, entry);
    if (handles->version >= WITH_COORDINATORS)
        state_handles_read_coordinator(handles);
    else
        (void)metadata_reader_int(reader); // an unused number
    int32_t subtasks = metadata_reader_int(reader);
    entry->is_finished = handles->version >= WITH_COORDINATORS && subtasks < 0;
    for (int32_t index = 0; index < subtasks && metadata_reader_is_good(reader); index++)
        read_subtask(handles);
    collector_end_operator(handles->collector);
}

static void read_operators(struct state_handles *handles) {
    struct metadata_reader *reader = handles->reader;
    int count = metadata_reader_count(reader, 28, "operators");

    if (count > JOB_OPERATORS_MAX && metadata_reader_is_good(reader)) {
        (void)error_set(&reader->error, ERROR_LIMIT,
                        "too large: it has %d operators, and kobel reads %d", count,
                        JOB_OPERATORS_MAX);
        return;
    }
    for (int index = 0; index < count && metadata_reader_is_good(reader); index++)
        read_operator(handles);
}

static enum savepoint_kind read_kind(const struct state_handles *handles) {
    if (handles->version >= WITH_PROPERTIES) return savepoint_properties_read(handles->reader);
    return handles->has_savepoint_state ? SAVEPOINT_CANONICAL : SAVEPOINT_UNKNOWN;
}

// To the collector's output, which is not complete where the reader fails.
static bool read_all(struct metadata_reader *reader, struct collector *collector,
                     struct error *err) {
    struct savepoint_metadata *out = collector->out;
    AUTO(memory_free) unsigned char *head = memory_alloc(STATE_NAMES_HEAD_BYTES);
    struct state_handles handles = {.reader = reader, .collector = collector, .head = head};

    out->metadata_bytes = reader->size_bytes;
    read_head(reader, out);
    handles.version = out->version;
    read_master_states(reader, out);
    read_operators(&handles);
    if (metadata_reader_is_good(reader)) out->kind = read_kind(&handles);
    if (!metadata_reader_is_good(reader))
        return error_set(err, reader->error.kind, "the metadata of the savepoint is %s%s",
                         reader->error.kind == ERROR_LIMIT ? "" : "wrong ", reader->error.message);
    return true;
}

bool savepoint_metadata_parse(const void *bytes, size_t size_bytes, struct savepoint_metadata *out,
                              struct error *err) {
    AUTO(savepoint_metadata_free) struct savepoint_metadata metadata = {0};
    AUTO(collector_release) struct collector collector;
    struct metadata_reader reader;

    metadata_reader_init_bytes(&reader, bytes, size_bytes);
    collector_init(&collector, &metadata);
    if (!read_all(&reader, &collector, err)) return false;
    collector_finish(&collector);
    *out = metadata;
    metadata = (struct savepoint_metadata){0};
    return true;
}

// --- from a directory ---

// A name in the directory of the savepoint, which may be the root itself.
static bool join(char out[static FILE_PATH_MAX], const char *relative, const char *name,
                 struct error *err) {
    if (relative[0] == '\0') return file_join(out, FILE_PATH_MAX, err, name, NULL);
    return file_join(out, FILE_PATH_MAX, err, relative, name, NULL);
}

static void read_state_file(const char *root, const char *relative, struct collector *collector,
                            const struct collector_head *head) {
    char path[FILE_PATH_MAX];
    AUTO(file_close) int fd = -1;
    AUTO(memory_free) unsigned char *bytes = memory_alloc(STATE_NAMES_HEAD_BYTES);

    // A file that is missing or not a regular one: the states remain incomplete.
    if (!join(path, relative, head->file, NULL)) return;
    if (!file_open_inside(root, path, &fd, NULL)) return;
    ssize_t got = pread(fd, bytes, STATE_NAMES_HEAD_BYTES, 0);
    if (got > 0)
        collector_add_file_head(collector, head, bytes, (size_t)got, got < STATE_NAMES_HEAD_BYTES);
}

bool savepoint_metadata_read(const char *root, const char *relative, struct savepoint_metadata *out,
                             struct error *err) {
    AUTO(savepoint_metadata_free) struct savepoint_metadata metadata = {0};
    AUTO(collector_release) struct collector collector;
    AUTO(file_close) int fd = -1;
    struct metadata_reader reader;
    struct stat status;
    char path[FILE_PATH_MAX];

    collector_init(&collector, &metadata);
    if (!join(path, relative, "_metadata", err)) return false;
    if (!file_open_inside(root, path, &fd, err)) return false;
    if (fstat(fd, &status) < 0) return error_system(err, errno, "read '%s/%s'", root, path);
    metadata_reader_init_file(&reader, fd, status.st_size);
    if (!read_all(&reader, &collector, err)) return false;
    for (size_t index = 0; index < collector.head_count; index++)
        read_state_file(root, relative, &collector, &collector.heads[index]);
    collector_finish(&collector);
    *out = metadata;
    metadata = (struct savepoint_metadata){0};
    return true;
}
