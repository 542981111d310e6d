// How large the metadata of a savepoint may be.
#include "runtime/savepoint/savepoint_metadata.h"
#include "unit/runtime/savepoint/metadata_bytes.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

static const size_t ROOM_BYTES = 64 << 20;

static struct error err;

static void put_full_operator(struct buffer *out, int number, const struct buffer *head) {
    put_operator(out, 6, number, 4);
    for (int subtask = 0; subtask < 4; subtask++) {
        char file[40];
        put_subtask(out, 6, subtask);
        put_no_operator_state(out);
        put_byte(out, 7);
        put_int(out, subtask * 16);
        put_int(out, 16);
        for (int group = 0; group < 16; group++)
            put_long(out, group);
        (void)snprintf(file, sizeof file, "%d-%d", number, subtask);
        if (subtask == 0)
            put_inlined(out, head->data, head->size_bytes);
        else
            put_relative_file(out, file, 1000);
        put_byte(out, 0);
        put_no_channels(out);
    }
}

Test(savepoint_limits, allow_a_thousand_operators) {
    AUTO(buffer_release) struct buffer bytes = BUFFER_INIT(ROOM_BYTES);
    AUTO(buffer_release) struct buffer head = BUFFER_INIT(ROOM_BYTES);
    AUTO(savepoint_metadata_free) struct savepoint_metadata metadata = {0};

    put_keyed_head(&head, "total");
    put_head(&bytes, 6, 1000);
    for (int number = 0; number < 1000; number++)
        put_full_operator(&bytes, number, &head);
    put_tail(&bytes, 6);
    cr_assert(savepoint_metadata_parse(bytes.data, bytes.size_bytes, &metadata, &err), "%s",
              err.message);
    cr_assert(eq(sz, metadata.operator_count, 1000));
    cr_assert(eq(sz, metadata.file_count, 3000));
    cr_assert(eq(sz, metadata.files_left_out, 0));
    for (size_t index = 0; index < 1000; index++) {
        const struct savepoint_operator *entry = &metadata.operators[index];
        cr_assert(eq(int, entry->subtasks_with_state, 4));
        cr_assert(eq(i64, entry->keyed_state.file_bytes, 3000));
        cr_assert(eq(i64, entry->keyed_state.inlined_bytes, (int64_t)head.size_bytes));
        cr_assert(eq(sz, entry->state_count, 1));
        cr_assert(eq(str, entry->states[0].name, "total"));
        cr_assert(entry->are_states_complete);
    }
}

Test(savepoint_limits, refuse_more_than_ten_thousand_operators) {
    AUTO(buffer_release) struct buffer bytes = BUFFER_INIT(ROOM_BYTES);
    struct savepoint_metadata metadata;

    put_head(&bytes, 4, JOB_OPERATORS_MAX + 1);
    for (int number = 0; number <= JOB_OPERATORS_MAX; number++)
        put_operator(&bytes, 4, number, 0);
    put_tail(&bytes, 4);
    cr_assert(not(savepoint_metadata_parse(bytes.data, bytes.size_bytes, &metadata, &err)));
    cr_assert(eq(int, err.kind, ERROR_LIMIT));
    cr_assert(strstr(err.message, "it has 10001 operators") != NULL, "%s", err.message);
}

Test(savepoint_limits, refuse_too_many_subtasks) {
    AUTO(buffer_release) struct buffer bytes = BUFFER_INIT(ROOM_BYTES);
    struct savepoint_metadata metadata;

    put_head(&bytes, 4, 1);
    put_operator(&bytes, 4, 1, 300000);
    for (int subtask = 0; subtask < 300000; subtask++)
        put_subtask(&bytes, 4, -1);
    put_tail(&bytes, 4);
    cr_assert(not(savepoint_metadata_parse(bytes.data, bytes.size_bytes, &metadata, &err)));
    cr_assert(eq(int, err.kind, ERROR_LIMIT));
}

// The rest is counted.
Test(savepoint_limits, list_the_first_files) {
    AUTO(buffer_release) struct buffer bytes = BUFFER_INIT(ROOM_BYTES);
    AUTO(savepoint_metadata_free) struct savepoint_metadata metadata = {0};
    const int count = SAVEPOINT_FILES_MAX + 5;

    put_head(&bytes, 4, 1);
    put_operator(&bytes, 4, 1, count);
    for (int subtask = 0; subtask < count; subtask++) {
        char name[20];
        (void)snprintf(name, sizeof name, "%d", subtask);
        put_subtask(&bytes, 4, subtask);
        put_int(&bytes, 1);
        put_byte(&bytes, 4);
        put_int(&bytes, 0);
        put_relative_file(&bytes, name, 1);
        put_int(&bytes, 0);
        put_no_keyed_state(&bytes);
        put_no_channels(&bytes);
    }
    put_tail(&bytes, 4);
    cr_assert(savepoint_metadata_parse(bytes.data, bytes.size_bytes, &metadata, &err), "%s",
              err.message);
    cr_assert(eq(sz, metadata.file_count, SAVEPOINT_FILES_MAX));
    cr_assert(eq(sz, metadata.files_left_out, 5));
    cr_assert(eq(i64, metadata.operators[0].operator_state.file_bytes, count));
}

Test(savepoint_limits, list_the_first_states_of_an_operator) {
    AUTO(buffer_release) struct buffer bytes = BUFFER_INIT(ROOM_BYTES);
    AUTO(savepoint_metadata_free) struct savepoint_metadata metadata = {0};
    const int count = SAVEPOINT_OPERATOR_STATES_MAX + 1;

    put_head(&bytes, 4, 1);
    put_operator(&bytes, 4, 1, 1);
    put_subtask(&bytes, 4, 0);
    put_int(&bytes, 1);
    put_byte(&bytes, 4);
    put_int(&bytes, count);
    for (int state = 0; state < count; state++) {
        char name[20];
        (void)snprintf(name, sizeof name, "%d", state);
        put_text(&bytes, name);
        put_byte(&bytes, 0);
        put_int(&bytes, 0);
    }
    put_byte(&bytes, 0);
    put_int(&bytes, 0);
    put_no_keyed_state(&bytes);
    put_no_channels(&bytes);
    put_tail(&bytes, 4);
    cr_assert(savepoint_metadata_parse(bytes.data, bytes.size_bytes, &metadata, &err), "%s",
              err.message);
    cr_assert(eq(sz, metadata.operators[0].state_count, SAVEPOINT_OPERATOR_STATES_MAX));
    cr_assert(not(metadata.operators[0].are_states_complete));
}

Test(savepoint_limits, refuse_versions_that_kobel_does_not_know) {
    static const int versions[] = {-1, 0, 1, 7, 1000};

    for (size_t index = 0; index < COUNT_OF(versions); index++) {
        AUTO(buffer_release) struct buffer bytes = BUFFER_INIT(ROOM_BYTES);
        struct savepoint_metadata metadata;
        put_head(&bytes, versions[index], 0);
        cr_assert(not(savepoint_metadata_parse(bytes.data, bytes.size_bytes, &metadata, &err)));
        cr_assert(eq(int, err.kind, ERROR_INVALID));
        cr_assert(strstr(err.message, "at byte 4: kobel reads the versions 2 to 6") != NULL, "%s",
                  err.message);
    }
}

Test(savepoint_limits, refuse_what_is_not_metadata) {
    struct savepoint_metadata metadata;

    cr_assert(not(savepoint_metadata_parse("hello, world", 12, &metadata, &err)));
    cr_assert(eq(str, err.message,
                 "the metadata of the savepoint is wrong at byte 0: it is not "
                 "the metadata of a savepoint"));
    cr_assert(not(savepoint_metadata_parse("", 0, &metadata, &err)));
    cr_assert(eq(int, err.kind, ERROR_INVALID));
}

Test(savepoint_limits, do_not_end_in_an_overflow) {
    AUTO(buffer_release) struct buffer bytes = BUFFER_INIT(ROOM_BYTES);
    AUTO(savepoint_metadata_free) struct savepoint_metadata metadata = {0};

    put_head(&bytes, 4, 1);
    put_operator(&bytes, 4, 1, 2);
    for (int subtask = 0; subtask < 2; subtask++) {
        put_subtask(&bytes, 4, subtask);
        put_int(&bytes, 1);
        put_byte(&bytes, 4);
        put_int(&bytes, 0);
        put_relative_file(&bytes, "x", INT64_MAX);
        put_int(&bytes, 0);
        put_no_keyed_state(&bytes);
        put_no_channels(&bytes);
    }
    put_tail(&bytes, 4);
    cr_assert(savepoint_metadata_parse(bytes.data, bytes.size_bytes, &metadata, &err), "%s",
              err.message);
    cr_assert(eq(i64, savepoint_operator_bytes(&metadata.operators[0]), INT64_MAX));
}

Test(savepoint_limits, need_the_properties_from_version_4_on) {
    AUTO(buffer_release) struct buffer bytes = BUFFER_INIT(ROOM_BYTES);
    struct savepoint_metadata metadata;

    put_head(&bytes, 4, 0);
    put_int(&bytes, 0);
    cr_assert(not(savepoint_metadata_parse(bytes.data, bytes.size_bytes, &metadata, &err)));
    cr_assert(strstr(err.message, "at byte 24: the properties of the checkpoint are not there") !=
                  NULL,
              "%s", err.message);
}
