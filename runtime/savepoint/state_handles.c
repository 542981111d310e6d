#include "runtime/savepoint/state_handles.h"

#include "base/text.h"
#include "runtime/savepoint/state_names.h"

#include <stdio.h>

// The numbers of MetadataV2V3SerializerBase.
enum {
    NO_HANDLE = 0,
    BYTE_STREAM = 1,
    FILE_STREAM = 2,
    KEY_GROUPS = 3,
    OPERATOR_STATE = 4,
    INCREMENTAL = 5,
    RELATIVE_FILE = 6,
    SAVEPOINT_KEY_GROUPS = 7,
    CHANGELOG = 8,
    CHANGELOG_BYTES = 9,
    CHANGELOG_FILES = 10,
    INCREMENTAL_V2 = 11,
    KEY_GROUPS_V2 = 12,
    CHANGELOG_FILES_V2 = 13,
    CHANGELOG_V2 = 14,
    SEGMENT_FILE = 15,
    EMPTY_SEGMENT = 16,
    MERGED_OPERATOR_STATE = 17,
};

// Of version 6.
enum { INPUT_CHANNEL = 1, SUBPARTITION = 2, MERGED_INPUT = 3, MERGED_SUBPARTITION = 4 };

enum { DEPTH_MAX = 4 }; // of handles within handles: a changelog has two

static void add_bytes(int64_t *total, int64_t bytes) {
    if (__builtin_add_overflow(*total, bytes, total)) *total = INT64_MAX;
}

// --- streams of bytes ---

static void read_inlined(struct state_handles *handles, struct savepoint_size *size,
                         enum collector_part part) {
    struct metadata_reader *reader = handles->reader;

    metadata_reader_skip_text(reader); // a label
    int bytes = metadata_reader_count(reader, 1, "bytes of state");
    size_t wanted = collector_wanted_bytes(handles->collector, part, bytes);
    if (wanted > 0) metadata_reader_bytes(reader, handles->head, wanted);
    metadata_reader_skip(reader, bytes - (int64_t)wanted);
    add_bytes(&size->inlined_bytes, bytes);
    if (wanted > 0 && metadata_reader_is_good(reader))
        collector_add_stream(handles->collector, part, handles->head, wanted,
                             wanted == (size_t)bytes);
}

static void read_file(struct state_handles *handles, struct savepoint_size *size, int type,
                      enum collector_part part) {
    struct metadata_reader *reader = handles->reader;
    char name[COLLECTOR_FILE_NAME_SIZE];
    struct savepoint_file file = {.name = name, .is_relative = type == RELATIVE_FILE};

    if (type == SEGMENT_FILE) (void)metadata_reader_size(reader); // where it begins
    if (type != RELATIVE_FILE) file.size_bytes = metadata_reader_size(reader);
    if (type == SEGMENT_FILE) (void)metadata_reader_int(reader); // exclusive or shared
    metadata_reader_text(reader, name, sizeof name);
    if (type == RELATIVE_FILE) file.size_bytes = metadata_reader_size(reader);
    if (type == SEGMENT_FILE) metadata_reader_skip_text(reader); // the logical file
    if (!metadata_reader_is_good(reader)) return;
    add_bytes(&size->file_bytes, file.size_bytes);
    collector_add_file(handles->collector, &file);
    if (file.is_relative) collector_add_head(handles->collector, part, name);
}

static void skip_key_groups(struct metadata_reader *reader) {
    (void)metadata_reader_int(reader); // the first
    metadata_reader_skip(reader, 8 * (int64_t)metadata_reader_count(reader, 8, "key groups"));
}

// Adds to `size`. Returns whether there is a stream.
static bool read_stream(struct state_handles *handles, struct savepoint_size *size,
                        enum collector_part part) {
    struct metadata_reader *reader = handles->reader;
    int type = metadata_reader_byte(reader);

    metadata_reader_spend(reader, 1);
    while (type == KEY_GROUPS && metadata_reader_is_good(reader)) {
        metadata_reader_spend(reader, 1);
        skip_key_groups(reader);
        type = metadata_reader_byte(reader);
    }
    switch (type) {
    case NO_HANDLE:
    case EMPTY_SEGMENT:
        return type != NO_HANDLE;
    case BYTE_STREAM:
        read_inlined(handles, size, part);
        return true;
    case FILE_STREAM:
    case RELATIVE_FILE:
    case SEGMENT_FILE:
        read_file(handles, size, type, part);
        return true;
    default:
        metadata_reader_fail(reader, reader->position - 1, "%d is not a type of stream", type);
        return false;
    }
}

void state_handles_read_coordinator(struct state_handles *handles) {
    struct savepoint_operator *entry = collector_current(handles->collector);
    struct savepoint_size size = {0};

    entry->has_coordinator = read_stream(handles, &size, COLLECTOR_NAMELESS);
    entry->coordinator_bytes = size.inlined_bytes;
}

// --- operator state ---

static const enum savepoint_state_kind modes[] = {SAVEPOINT_STATE_LIST, SAVEPOINT_STATE_UNION_LIST,
                                                  SAVEPOINT_STATE_BROADCAST};

static void read_operator_state_names(struct state_handles *handles, enum collector_part part) {
    struct metadata_reader *reader = handles->reader;
    int count = metadata_reader_count(reader, 7, "states");

    for (int index = 0; index < count && metadata_reader_is_good(reader); index++) {
        char name[STATE_NAMES_TEXT_SIZE];
        metadata_reader_text(reader, name, sizeof name);
        int mode = metadata_reader_byte(reader);
        if (mode >= (int)COUNT_OF(modes)) {
            metadata_reader_fail(reader, reader->position - 1, "%d is not a mode of state", mode);
            return;
        }
        metadata_reader_skip(reader, 8 * (int64_t)metadata_reader_count(reader, 8, "offsets"));
        if (!metadata_reader_is_good(reader)) return;
        int compared = part == COLLECTOR_NAMELESS
                           ? 0
                           : collector_add_state(handles->collector, modes[mode], name, "");
        metadata_reader_spend(reader, 1 + compared / 8);
    }
}

static void read_operator_state(struct state_handles *handles, enum collector_part part) {
    struct metadata_reader *reader = handles->reader;
    struct savepoint_size *size = &collector_current(handles->collector)->operator_state;

    if (metadata_reader_int(reader) == 0) return;
    int type = metadata_reader_byte(reader);
    if (type == NO_HANDLE) return;
    if (type != OPERATOR_STATE && type != MERGED_OPERATOR_STATE) {
        metadata_reader_fail(reader, reader->position - 1, "%d is not a type of operator state",
                             type);
        return;
    }
    read_operator_state_names(handles, part);
    if (type == MERGED_OPERATOR_STATE) {
        metadata_reader_skip_text(reader); // two directories
        metadata_reader_skip_text(reader);
        (void)metadata_reader_byte(reader); // without content?
    }
    (void)read_stream(handles, size, part);
    handles->has_state = true;
}

// --- keyed state ---

static void read_named_streams(struct state_handles *handles, struct savepoint_size *size) {
    struct metadata_reader *reader = handles->reader;
    int count = metadata_reader_count(reader, 3, "files");

    for (int index = 0; index < count && metadata_reader_is_good(reader); index++) {
        metadata_reader_skip_text(reader);
        (void)read_stream(handles, size, COLLECTOR_NAMELESS);
    }
}

static void read_incremental(struct state_handles *handles, struct savepoint_size *size, int type,
                             enum collector_part part) {
    struct metadata_reader *reader = handles->reader;

    (void)metadata_reader_long(reader); // checkpoint
    metadata_reader_skip_text(reader);  // backend
    (void)metadata_reader_int(reader);  // key groups
    (void)metadata_reader_int(reader);
    if (type == INCREMENTAL_V2) (void)metadata_reader_long(reader); // its own size
    (void)read_stream(handles, size, part);
    read_named_streams(handles, size); // shared, then its own
    read_named_streams(handles, size);
    if (type == INCREMENTAL_V2) metadata_reader_skip_text(reader);
}

static void read_key_groups(struct state_handles *handles, struct savepoint_size *size, int type,
                            enum collector_part part) {
    if (type == SAVEPOINT_KEY_GROUPS) handles->has_savepoint_state = true;
    skip_key_groups(handles->reader);
    (void)read_stream(handles, size, part);
    if (type == KEY_GROUPS_V2) metadata_reader_skip_text(handles->reader);
}

static void read_changelog_bytes(struct state_handles *handles, struct savepoint_size *size) {
    struct metadata_reader *reader = handles->reader;

    metadata_reader_skip(reader, 4 + 4 + 8 + 8); // key groups, from, to
    int count = metadata_reader_count(reader, 8, "changes");
    for (int index = 0; index < count && metadata_reader_is_good(reader); index++) {
        (void)metadata_reader_int(reader); // key group
        int bytes = metadata_reader_count(reader, 1, "bytes of a change");
        metadata_reader_skip(reader, bytes);
        metadata_reader_spend(reader, 1);
        add_bytes(&size->inlined_bytes, bytes);
    }
    metadata_reader_skip_text(reader);
}

static void read_changelog_files(struct state_handles *handles, struct savepoint_size *size,
                                 int type) {
    struct metadata_reader *reader = handles->reader;

    metadata_reader_skip(reader, 4 + 4); // key groups
    int count = metadata_reader_count(reader, 9, "files of changes");
    for (int index = 0; index < count && metadata_reader_is_good(reader); index++) {
        (void)metadata_reader_long(reader); // where it begins
        (void)read_stream(handles, size, COLLECTOR_NAMELESS);
    }
    metadata_reader_skip(reader, 8 + 8); // two sizes
    metadata_reader_skip_text(reader);
    if (type == CHANGELOG_FILES_V2) metadata_reader_skip_text(reader);
}

static void read_keyed_state(struct state_handles *handles, enum collector_part part, int depth);

static void read_changelog(struct state_handles *handles, int type, enum collector_part part,
                           int depth) {
    struct metadata_reader *reader = handles->reader;

    metadata_reader_skip(reader, 4 + 4 + 8); // key groups, size
    // What was written as a whole, then the changes since.
    for (int list = 0; list < 2; list++) {
        int count = metadata_reader_count(reader, 1, "parts of a changelog");
        for (int index = 0; index < count && metadata_reader_is_good(reader); index++)
            read_keyed_state(handles, part, depth + 1);
    }
    metadata_reader_skip(reader, type == CHANGELOG_V2 ? 8 + 8 : 8);
    metadata_reader_skip_text(reader);
}

static void read_keyed_of_type(struct state_handles *handles, int type, enum collector_part part,
                               int depth) {
    struct metadata_reader *reader = handles->reader;
    struct savepoint_size *size = &collector_current(handles->collector)->keyed_state;

    switch (type) {
    case KEY_GROUPS:
    case KEY_GROUPS_V2:
    case SAVEPOINT_KEY_GROUPS:
        read_key_groups(handles, size, type, part);
        return;
    case INCREMENTAL:
    case INCREMENTAL_V2:
        read_incremental(handles, size, type, part);
        return;
    case CHANGELOG:
    case CHANGELOG_V2:
        read_changelog(handles, type, part, depth);
        return;
    case CHANGELOG_BYTES:
        read_changelog_bytes(handles, size);
        return;
    case CHANGELOG_FILES:
    case CHANGELOG_FILES_V2:
        read_changelog_files(handles, size, type);
        return;
    default:
        metadata_reader_fail(reader, reader->position - 1, "%d is not a type of keyed state", type);
    }
}

static void read_keyed_state(struct state_handles *handles, enum collector_part part, int depth) {
    struct metadata_reader *reader = handles->reader;
    int type = metadata_reader_byte(reader);

    metadata_reader_spend(reader, 1);
    if (depth > DEPTH_MAX) metadata_reader_fail(reader, reader->position - 1, "too many levels");
    if (type == NO_HANDLE || !metadata_reader_is_good(reader)) return;
    handles->has_state = true;
    handles->collector->has_part[part] = true;
    read_keyed_of_type(handles, type, part, depth);
}

// --- records in flight ---

// Several channels share one stream, so what counts is the size that the handle itself has.
static void add_channel_bytes(struct state_handles *handles, const struct savepoint_size *stream,
                              int64_t bytes) {
    struct savepoint_size *size = &collector_current(handles->collector)->channel_state;

    add_bytes(stream->file_bytes > 0 ? &size->file_bytes : &size->inlined_bytes, bytes);
    handles->has_state = true;
}

static void read_channel(struct state_handles *handles) {
    struct metadata_reader *reader = handles->reader;
    struct savepoint_size stream = {0};

    metadata_reader_skip(reader, 4 + 4 + 4); // subtask, and two numbers of the channel
    metadata_reader_skip(reader, 8 * (int64_t)metadata_reader_count(reader, 8, "offsets"));
    int64_t bytes = metadata_reader_size(reader);
    (void)read_stream(handles, &stream, COLLECTOR_NAMELESS);
    add_channel_bytes(handles, &stream, bytes);
}

static void read_merged_channels(struct state_handles *handles) {
    struct metadata_reader *reader = handles->reader;
    struct savepoint_size stream = {0};

    (void)metadata_reader_int(reader); // subtask
    int64_t bytes = metadata_reader_size(reader);
    (void)read_stream(handles, &stream, COLLECTOR_NAMELESS);
    metadata_reader_skip(reader, metadata_reader_count(reader, 1, "bytes of offsets"));
    add_channel_bytes(handles, &stream, bytes);
}

static void read_channels(struct state_handles *handles) {
    struct metadata_reader *reader = handles->reader;
    int count = metadata_reader_count(reader, 17, "channels");

    for (int index = 0; index < count && metadata_reader_is_good(reader); index++) {
        int type = handles->version < 6 ? INPUT_CHANNEL : metadata_reader_byte(reader);
        if (type == INPUT_CHANNEL || type == SUBPARTITION)
            read_channel(handles);
        else if (type == MERGED_INPUT || type == MERGED_SUBPARTITION)
            read_merged_channels(handles);
        else
            metadata_reader_fail(reader, reader->position - 1, "%d is not a type of channel", type);
    }
}

void state_handles_read_subtask(struct state_handles *handles) {
    handles->has_state = false;
    read_operator_state(handles, COLLECTOR_OPERATOR);
    read_operator_state(handles, COLLECTOR_NAMELESS);
    read_keyed_state(handles, COLLECTOR_KEYED, 0);
    read_keyed_state(handles, COLLECTOR_NAMELESS, 0);
    if (handles->version < 3) return;
    read_channels(handles); // in, then out
    read_channels(handles);
}
