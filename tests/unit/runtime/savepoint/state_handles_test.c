// Each kind of handle, in metadata that is made here, and metadata that is wrong.
#include "runtime/savepoint/state_handles.h"

#include "base/file.h"
#include "base/memory.h"
#include "unit/runtime/savepoint/metadata_bytes.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>

static struct error err;

static struct savepoint_metadata parse(const struct buffer *bytes) {
    struct savepoint_metadata metadata = {0};

    cr_assert(savepoint_metadata_parse(bytes->data, bytes->size_bytes, &metadata, &err), "%s",
              err.message);
    return metadata;
}

static void put_key_groups(struct buffer *out, int type, int count) {
    put_byte(out, type);
    put_int(out, 0);
    put_int(out, count);
    for (int index = 0; index < count; index++)
        put_long(out, index);
}

static void put_incremental(struct buffer *out, int type) {
    put_byte(out, type);
    put_long(out, 3);
    put_text(out, "backend");
    put_int(out, 0);
    put_int(out, 64);
    if (type == 11) put_long(out, 1000);
    put_relative_file(out, "meta", 10);
    for (int list = 0; list < 2; list++) {
        put_int(out, 1);
        put_text(out, "000012.sst");
        put_byte(out, 2);
        put_long(out, 100);
        put_text(out, list == 0 ? "file:/shared/a" : "file:/own/b");
    }
    if (type == 11) put_text(out, "handle");
}

static void put_changelog_bytes(struct buffer *out) {
    put_byte(out, 9);
    put_int(out, 0);
    put_int(out, 64);
    put_long(out, 1);
    put_long(out, 2);
    put_int(out, 2);
    for (int index = 0; index < 2; index++) {
        put_int(out, index);
        put_int(out, 5);
        put_bytes(out, "abcde", 5);
    }
    put_text(out, "handle");
}

static void put_changelog_files(struct buffer *out, int type) {
    put_byte(out, type);
    put_int(out, 0);
    put_int(out, 64);
    put_int(out, 1);
    put_long(out, 55);
    put_byte(out, 15); // a segment
    put_long(out, 7);
    put_long(out, 70);
    put_int(out, 1);
    put_text(out, "file:/changes");
    put_text(out, "logical");
    put_long(out, 70);
    put_long(out, 70);
    put_text(out, "handle");
    if (type == 13) put_text(out, "filesystem");
}

// One handle, and what it should result in.
struct keyed {
    int type;
    int64_t inlined_bytes;
    int64_t file_bytes;
    size_t file_count;
};

static struct keyed keyed[] = {
    {3, 4, 0, 0},  {7, 4, 0, 0},   {12, 4, 0, 0},  {5, 0, 210, 3}, {11, 0, 210, 3},
    {9, 10, 0, 0}, {10, 0, 70, 1}, {13, 0, 70, 1}, {8, 14, 70, 1}, {14, 14, 70, 1},
};

static void put_keyed(struct buffer *out, int type);

static void put_changelog(struct buffer *out, int type) {
    put_byte(out, type);
    put_int(out, 0);
    put_int(out, 64);
    put_long(out, 1000);
    put_int(out, 1);
    put_keyed(out, 12);
    put_int(out, 2);
    put_changelog_bytes(out);
    put_changelog_files(out, 13);
    put_long(out, 1);
    if (type == 14) put_long(out, 2);
    put_text(out, "handle");
}

static void put_keyed(struct buffer *out, int type) {
    switch (type) {
    case 3:
    case 7:
    case 12:
        put_key_groups(out, type, 64);
        put_inlined(out, "abcd", 4);
        if (type == 12) put_text(out, "handle");
        return;
    case 5:
    case 11:
        put_incremental(out, type);
        return;
    case 9:
        put_changelog_bytes(out);
        return;
    case 10:
    case 13:
        put_changelog_files(out, type);
        return;
    default:
        put_changelog(out, type);
    }
}

ParameterizedTestParameters(state_handles, of_keyed_state_are_read) {
    return cr_make_param_array(struct keyed, keyed, COUNT_OF(keyed));
}

// As the second operator's state follows, each byte of the first has to be read.
ParameterizedTest(struct keyed *one, state_handles, of_keyed_state_are_read) {
    for (int version = SAVEPOINT_VERSION_MIN; version <= SAVEPOINT_VERSION_MAX; version++) {
        AUTO(buffer_release) struct buffer bytes = BUFFER_INIT(100000);
        put_head(&bytes, version, 2);
        for (int index = 0; index < 2; index++) {
            put_operator(&bytes, version, index, 1);
            put_subtask(&bytes, version, 0);
            put_no_operator_state(&bytes);
            put_keyed(&bytes, one->type);
            put_byte(&bytes, 0);
            if (version >= 3) put_no_channels(&bytes);
        }
        put_tail(&bytes, version);
        AUTO(savepoint_metadata_free) struct savepoint_metadata metadata = parse(&bytes);
        for (int index = 0; index < 2; index++) {
            cr_assert(eq(int, metadata.operators[index].subtasks_with_state, 1));
            cr_assert(
                eq(i64, metadata.operators[index].keyed_state.inlined_bytes, one->inlined_bytes));
            cr_assert(eq(i64, metadata.operators[index].keyed_state.file_bytes, one->file_bytes));
        }
        cr_assert(eq(sz, metadata.file_count, one->file_count)); // each once
        cr_assert(eq(int, metadata.kind,
                     version >= 4 || one->type == 7 ? SAVEPOINT_CANONICAL : SAVEPOINT_UNKNOWN));
    }
}

static void put_operator_state(struct buffer *out, int type, int mode) {
    put_int(out, 1);
    put_byte(out, type);
    put_int(out, 1);
    put_text(out, "offsets");
    put_byte(out, mode);
    put_int(out, 2);
    put_long(out, 1);
    put_long(out, 2);
    if (type == 17) {
        put_text(out, "file:/task");
        put_text(out, "file:/shared");
        put_byte(out, 0);
    }
    put_byte(out, 16); // an empty segment
}

Test(state_handles, of_operator_state_are_read) {
    static const int types[] = {4, 17};

    for (size_t index = 0; index < COUNT_OF(types); index++) {
        AUTO(buffer_release) struct buffer bytes = BUFFER_INIT(10000);
        put_head(&bytes, 6, 1);
        put_operator(&bytes, 6, 1, 2);
        for (int subtask = 0; subtask < 2; subtask++) {
            put_subtask(&bytes, 6, subtask);
            put_operator_state(&bytes, types[index], 1);
            put_operator_state(&bytes, types[index], 0); // raw: its names are not those of states
            put_no_keyed_state(&bytes);
            put_no_channels(&bytes);
        }
        put_tail(&bytes, 6);
        AUTO(savepoint_metadata_free) struct savepoint_metadata metadata = parse(&bytes);
        cr_assert(eq(sz, metadata.operators[0].state_count, 1));
        cr_assert(eq(str, metadata.operators[0].states[0].name, "offsets"));
        cr_assert(eq(int, metadata.operators[0].states[0].kind, SAVEPOINT_STATE_UNION_LIST));
        cr_assert(eq(int, metadata.operators[0].subtasks_with_state, 2));
        cr_assert(metadata.operators[0].are_states_complete);
    }
}

static void put_channel(struct buffer *out, int version, int type) {
    if (version >= 6) put_byte(out, type);
    put_int(out, 0);
    if (type <= 2) {
        put_int(out, 1);
        put_int(out, 2);
        put_int(out, 1);
        put_long(out, 0);
    }
    put_long(out, 33);
    put_relative_file(out, "channels", 66);
    if (type > 2) {
        put_int(out, 3);
        put_bytes(out, "xyz", 3);
    }
}

Test(state_handles, of_channels_are_read) {
    for (int version = 3; version <= SAVEPOINT_VERSION_MAX; version++) {
        AUTO(buffer_release) struct buffer bytes = BUFFER_INIT(10000);
        put_head(&bytes, version, 1);
        put_operator(&bytes, version, 1, 1);
        put_subtask(&bytes, version, 0);
        put_no_operator_state(&bytes);
        put_no_keyed_state(&bytes);
        put_int(&bytes, 2);
        put_channel(&bytes, version, 1);
        put_channel(&bytes, version, version >= 6 ? 3 : 1);
        put_int(&bytes, 1);
        put_channel(&bytes, version, version >= 6 ? 4 : 2);
        put_tail(&bytes, version);
        AUTO(savepoint_metadata_free) struct savepoint_metadata metadata = parse(&bytes);
        cr_assert(eq(i64, metadata.operators[0].channel_state.file_bytes, 99));
        cr_assert(eq(sz, metadata.file_count, 1));
        cr_assert(eq(int, metadata.operators[0].subtasks_with_state, 1));
    }
}

Test(state_handles, of_master_states_and_finished_subtasks_are_passed) {
    AUTO(buffer_release) struct buffer bytes = BUFFER_INIT(10000);

    put_int(&bytes, 0x4960672d);
    put_int(&bytes, 4);
    put_long(&bytes, 7);
    put_int(&bytes, 1);
    put_int(&bytes, 0xc96b1696);
    put_int(&bytes, 6);
    put_bytes(&bytes, "master", 6);
    put_int(&bytes, 2);
    put_operator(&bytes, 4, 1, 1);
    put_subtask(&bytes, 4, -1); // has ended
    put_operator(&bytes, 4, 2, -1);
    put_tail(&bytes, 4);
    AUTO(savepoint_metadata_free) struct savepoint_metadata metadata = parse(&bytes);
    cr_assert(eq(int, metadata.master_state_count, 1));
    cr_assert(eq(int, metadata.operators[0].subtasks_with_state, 0));
    cr_assert(not(metadata.operators[0].is_finished));
    cr_assert(metadata.operators[1].is_finished);
}

// --- what is wrong ---

static void refuse(const struct buffer *bytes, enum error_kind kind, const char *message) {
    struct savepoint_metadata metadata;

    cr_assert(not(savepoint_metadata_parse(bytes->data, bytes->size_bytes, &metadata, &err)));
    cr_assert(eq(int, err.kind, kind));
    cr_assert(strstr(err.message, message) != NULL, "%s", err.message);
}

Test(state_handles, of_unknown_types_are_refused_with_their_place) {
    AUTO(buffer_release) struct buffer bytes = BUFFER_INIT(10000);

    put_head(&bytes, 4, 1);
    put_operator(&bytes, 4, 1, 1);
    put_subtask(&bytes, 4, 0);
    put_no_operator_state(&bytes);
    put_byte(&bytes, 99);
    refuse(&bytes, ERROR_INVALID, "at byte 65: 99 is not a type of keyed state");
    buffer_cut(&bytes, 65);
    put_key_groups(&bytes, 7, 1);
    put_byte(&bytes, 77);
    refuse(&bytes, ERROR_INVALID, "at byte 82: 77 is not a type of stream");
    buffer_cut(&bytes, 57);
    put_int(&bytes, 1);
    put_byte(&bytes, 5);
    refuse(&bytes, ERROR_INVALID, "at byte 61: 5 is not a type of operator state");
    buffer_cut(&bytes, 57);
    put_operator_state(&bytes, 4, 3);
    refuse(&bytes, ERROR_INVALID, "3 is not a mode of state");
}

Test(state_handles, of_a_changelog_within_changelogs_are_refused) {
    AUTO(buffer_release) struct buffer bytes = BUFFER_INIT(10000);

    put_head(&bytes, 4, 1);
    put_operator(&bytes, 4, 1, 1);
    put_subtask(&bytes, 4, 0);
    put_no_operator_state(&bytes);
    for (int level = 0; level < 10; level++) {
        put_byte(&bytes, 8);
        put_int(&bytes, 0);
        put_int(&bytes, 64);
        put_long(&bytes, 0);
        put_int(&bytes, 1);
    }
    refuse(&bytes, ERROR_INVALID, "too many levels");
}

// Any file that was not written to its end.
Test(state_handles, of_a_real_savepoint_that_is_cut_anywhere_are_refused) {
    static const char *const paths[] = {"1.15.2/canonical", "1.20.3/changelog", "2.2.0/unaligned",
                                        "2.2.0/merged"};

    for (size_t index = 0; index < COUNT_OF(paths); index++) {
        AUTO(buffer_release) struct buffer bytes = BUFFER_INIT(100000);
        AUTO(memory_free)
        char *path = memory_format("%s/savepoints/%s/_metadata", TEST_DATA_DIR, paths[index]);
        struct savepoint_metadata metadata;
        cr_assert(file_read(path, &bytes, &err), "%s", err.message);
        // Of the properties, no more is read than is needed.
        for (size_t size = 0; size < bytes.size_bytes - 900; size += 7) {
            AUTO(memory_free) char *copy = memory_alloc(size + 1);
            memcpy(copy, bytes.data, size);
            cr_assert(not(savepoint_metadata_parse(copy, size, &metadata, &err)), "%zu", size);
            cr_assert(eq(int, err.kind, ERROR_INVALID));
        }
    }
}
