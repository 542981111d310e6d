// The metadata of real savepoints and checkpoints (tests/data/savepoints/README.md).
#include "runtime/savepoint/savepoint_metadata.h"

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "unit/runtime/savepoint/metadata_bytes.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static const char DATA[] = TEST_DATA_DIR "/savepoints";
static const char TOTALS[] = "52c8e2cb95647a74142bd4dd3c6a3e1d";
static const char BUFFER[] = "797d7c997575f2e4980ae7d6601ea54c";
static const char RULES[] = "0a42cc2232251c3fc2134ec3497d8ba5";
static const char RULES_SOURCE[] = "5182b45b6472b1a8299f474baebf57c3";
static const char NUMBERS[] = "ca88eee0095684d687a1b6495617f957";

static struct error err;

static struct savepoint_metadata read_real(const char *relative) {
    struct savepoint_metadata metadata;

    cr_assert(savepoint_metadata_read(DATA, relative, &metadata, &err), "%s", err.message);
    return metadata;
}

static const struct savepoint_operator *find(const struct savepoint_metadata *metadata,
                                             const char *id) {
    for (size_t index = 0; index < metadata->operator_count; index++)
        if (text_equal(metadata->operators[index].id, id)) return &metadata->operators[index];
    cr_assert(false, "no operator %s", id);
    return NULL;
}

static const struct savepoint_named_state *find_state(const struct savepoint_operator *entry,
                                                      const char *name) {
    for (size_t index = 0; index < entry->state_count; index++)
        if (text_equal(entry->states[index].name, name)) return &entry->states[index];
    cr_assert(false, "no state %s", name);
    return NULL;
}

static bool ends_with(const struct savepoint_operator *entry, const char *state,
                      const char *serializer) {
    return text_ends_with(find_state(entry, state)->serializer, serializer);
}

// --- each version ---

struct version {
    char path[40];
    int version;
    enum savepoint_kind kind;
};

static struct version versions[] = {
    {"1.15.2/canonical", 3, SAVEPOINT_CANONICAL},   {"1.18.1/canonical", 4, SAVEPOINT_CANONICAL},
    {"1.19.1/canonical", 4, SAVEPOINT_CANONICAL},   {"1.20.3/canonical", 4, SAVEPOINT_CANONICAL},
    {"1.20.3/files", 4, SAVEPOINT_CANONICAL},       {"1.20.3/native", 4, SAVEPOINT_NATIVE},
    {"1.20.3/checkpoint", 4, SAVEPOINT_CHECKPOINT}, {"1.20.3/changelog", 4, SAVEPOINT_CHECKPOINT},
    {"2.0.1/canonical", 5, SAVEPOINT_CANONICAL},    {"2.2.0/canonical", 6, SAVEPOINT_CANONICAL},
    {"2.2.0/native", 6, SAVEPOINT_NATIVE},          {"2.2.0/unaligned", 6, SAVEPOINT_CHECKPOINT},
    {"2.2.0/merged", 6, SAVEPOINT_CHECKPOINT},      {"2.3.0/canonical", 6, SAVEPOINT_CANONICAL},
};

ParameterizedTestParameters(savepoint_metadata, of_each_version_is_read) {
    return cr_make_param_array(struct version, versions, COUNT_OF(versions));
}

// Metadata and operators.
ParameterizedTest(struct version *one, savepoint_metadata, of_each_version_is_read) {
    AUTO(savepoint_metadata_free) struct savepoint_metadata metadata = read_real(one->path);
    const struct savepoint_operator *totals = find(&metadata, TOTALS);
    const struct savepoint_operator *numbers = find(&metadata, NUMBERS);

    cr_assert(eq(int, metadata.version, one->version));
    cr_assert(eq(int, metadata.kind, one->kind));
    cr_assert(ge(i64, metadata.checkpoint_id, 1));
    cr_assert(eq(sz, metadata.operator_count, 8));
    cr_assert(eq(int, totals->parallelism, 2));
    cr_assert(eq(int, totals->max_parallelism, 32));
    cr_assert(eq(int, totals->subtasks_with_state, 2));
    cr_assert(eq(str, (char *)totals->uid, one->version >= 5 ? "totals-uid" : ""));
    cr_assert(eq(str, (char *)totals->name, one->version >= 5 ? "Totals" : ""));
    cr_assert(eq(i64, totals->operator_state.inlined_bytes + totals->operator_state.file_bytes, 0));
    cr_assert(gt(i64, totals->keyed_state.inlined_bytes + totals->keyed_state.file_bytes, 5000));
    cr_assert(numbers->has_coordinator);
    cr_assert(gt(i64, numbers->coordinator_bytes, 0));
    cr_assert(eq(int, find_state(numbers, "SourceReaderState")->kind, SAVEPOINT_STATE_LIST));
    cr_assert(find(&metadata, RULES_SOURCE)->is_finished);
    cr_assert(not(savepoint_operator_has_state(find(&metadata, RULES_SOURCE))));
    cr_assert(
        eq(int, find_state(find(&metadata, BUFFER), "shares")->kind, SAVEPOINT_STATE_UNION_LIST));
    cr_assert(
        eq(int, find_state(find(&metadata, RULES), "rules")->kind, SAVEPOINT_STATE_BROADCAST));
}

// --- names of keyed state ---

static char with_names[][40] = {"1.15.2/canonical", "1.18.1/canonical", "1.19.1/canonical",
                                "1.20.3/canonical", "1.20.3/files",     "1.20.3/native",
                                "2.0.1/canonical",  "2.2.0/canonical",  "2.2.0/native",
                                "2.2.0/unaligned",  "2.3.0/canonical"};

ParameterizedTestParameters(savepoint_metadata, has_the_names_of_states) {
    return cr_make_param_array(char[40], with_names, COUNT_OF(with_names));
}

ParameterizedTest(char (*path)[40], savepoint_metadata, has_the_names_of_states) {
    AUTO(savepoint_metadata_free) struct savepoint_metadata metadata = read_real(*path);
    const struct savepoint_operator *totals = find(&metadata, TOTALS);

    cr_assert(totals->are_states_complete);
    cr_assert(eq(sz, totals->state_count, 6));
    cr_assert(eq(int, find_state(totals, "total")->kind, SAVEPOINT_STATE_KEYED_VALUE));
    cr_assert(eq(int, find_state(totals, "by-kind")->kind, SAVEPOINT_STATE_KEYED_MAP));
    cr_assert(eq(int, find_state(totals, "recent")->kind, SAVEPOINT_STATE_KEYED_LIST));
    cr_assert(eq(int, find_state(totals, "_timer_state/processing_user-timers")->kind,
                 SAVEPOINT_STATE_TIMERS));
    cr_assert(ends_with(totals, "total", "LongSerializerSnapshot"));
    cr_assert(ends_with(totals, "by-kind", "MapSerializerSnapshot"));
    cr_assert(ends_with(totals, "last", "PojoSerializerSnapshot"));
    cr_assert(ends_with(find(&metadata, BUFFER), "buffer", "LongSerializerSnapshot"));
}

static char without_names[][40] = {"1.20.3/checkpoint", "1.20.3/changelog", "2.2.0/merged"};

ParameterizedTestParameters(savepoint_metadata, says_where_names_of_states_are_missing) {
    return cr_make_param_array(char[40], without_names, COUNT_OF(without_names));
}

// Their files are not there, or the names are among the changes.
ParameterizedTest(char (*path)[40], savepoint_metadata, says_where_names_of_states_are_missing) {
    AUTO(savepoint_metadata_free) struct savepoint_metadata metadata = read_real(*path);

    cr_assert(not(find(&metadata, TOTALS)->are_states_complete));
    cr_assert(find(&metadata, BUFFER)->are_states_complete);
}

// --- details ---

Test(savepoint_metadata, has_uids_and_names_from_version_5_on) {
    AUTO(savepoint_metadata_free)
    struct savepoint_metadata metadata = read_real("2.2.0/canonical");
    const struct savepoint_operator *buffer = find(&metadata, BUFFER);

    cr_assert(eq(str, (char *)buffer->uid, "buffer-\xC3\xBC\xF0\x9F\x98\x80"));
    cr_assert(eq(str, (char *)buffer->name, "Buffer \xC3\xBC\xF0\x9F\x98\x80"));
}

Test(savepoint_metadata, lists_the_files_by_name) {
    AUTO(savepoint_metadata_free) struct savepoint_metadata metadata = read_real("1.20.3/files");
    int64_t bytes = 0;

    cr_assert(eq(sz, metadata.file_count, 10));
    for (size_t index = 0; index < metadata.file_count; index++) {
        char path[FILE_PATH_MAX];
        struct stat status;
        const struct savepoint_file *file = &metadata.files[index];
        (void)text_format(path, sizeof path, "%s/1.20.3/files/%s", DATA, file->name);
        cr_assert(stat(path, &status) == 0, "%s", path);
        cr_assert(eq(i64, file->size_bytes, (int64_t)status.st_size));
        cr_assert(file->is_relative);
        if (index > 0) cr_assert(strcmp(metadata.files[index - 1].name, file->name) < 0);
        bytes += file->size_bytes;
    }
    for (size_t index = 0; index < metadata.operator_count; index++)
        bytes -= savepoint_operator_bytes(&metadata.operators[index]) -
                 metadata.operators[index].coordinator_bytes;
    cr_assert(eq(i64, bytes, 0));
}

Test(savepoint_metadata, counts_records_in_flight) {
    AUTO(savepoint_metadata_free)
    struct savepoint_metadata metadata = read_real("2.2.0/unaligned");
    int64_t bytes = 0;

    for (size_t index = 0; index < metadata.operator_count; index++)
        bytes += metadata.operators[index].channel_state.inlined_bytes;
    cr_assert(gt(i64, bytes, 0));
}

Test(savepoint_metadata, of_a_checkpoint_refers_to_files_elsewhere) {
    AUTO(savepoint_metadata_free) struct savepoint_metadata metadata = read_real("2.2.0/merged");

    cr_assert(gt(sz, metadata.file_count, 0));
    cr_assert(not(metadata.files[0].is_relative));
    cr_assert(text_starts_with(metadata.files[0].name, "file:/"));
}

// --- from a directory ---

Test(savepoint_metadata, that_is_missing_is_not_found) {
    struct savepoint_metadata metadata;

    cr_assert(not(savepoint_metadata_read(DATA, "1.20.3", &metadata, &err)));
    cr_assert(eq(int, err.kind, ERROR_NOT_FOUND));
}

Test(savepoint_metadata, is_not_followed_to_another_place) {
    char root[] = "/tmp/kobel-savepoint-XXXXXX";
    char path[FILE_PATH_MAX];
    struct savepoint_metadata metadata;

    cr_assert(mkdtemp(root) != NULL);
    (void)text_format(path, sizeof path, "%s/_metadata", root);
    cr_assert(symlink(TEST_DATA_DIR "/savepoints/1.20.3/canonical/_metadata", path) == 0);
    cr_assert(not(savepoint_metadata_read(root, "", &metadata, &err)));
    cr_assert(eq(int, err.kind, ERROR_NOT_FOUND));
    cr_assert(unlink(path) == 0 && mkfifo(path, 0600) == 0);
    cr_assert(not(savepoint_metadata_read(root, "", &metadata, &err)));
    cr_assert(eq(int, err.kind, ERROR_NOT_FOUND));
    cr_assert(file_remove_tree(root, &err));
}

// A state file's name in the metadata may be anything.
Test(savepoint_metadata, reads_no_state_file_outside_of_the_savepoint) {
    AUTO(buffer_release) struct buffer bytes = BUFFER_INIT(10000);
    char root[] = "/tmp/kobel-savepoint-XXXXXX";
    char path[FILE_PATH_MAX];
    AUTO(buffer_release) struct buffer head = BUFFER_INIT(10000);

    cr_assert(mkdtemp(root) != NULL);
    (void)text_format(path, sizeof path, "%s/inside", root);
    cr_assert(mkdir(path, 0700) == 0);
    put_head(&bytes, 4, 1);
    put_operator(&bytes, 4, 1, 1);
    put_subtask(&bytes, 4, 0);
    put_no_operator_state(&bytes);
    put_byte(&bytes, 7);
    put_int(&bytes, 0);
    put_int(&bytes, 0);
    put_relative_file(&bytes, "../../secret", 5);
    put_byte(&bytes, 0);
    put_no_channels(&bytes);
    put_tail(&bytes, 4);
    put_keyed_head(&head, "stolen");
    (void)text_format(path, sizeof path, "%s/inside/_metadata", root);
    cr_assert(file_write_atomically(path, bytes.data, bytes.size_bytes, 0600, &err));
    (void)text_format(path, sizeof path, "%s/secret", root);
    cr_assert(file_write_atomically(path, head.data, head.size_bytes, 0600, &err));
    (void)text_format(path, sizeof path, "%s/inside", root);
    AUTO(savepoint_metadata_free) struct savepoint_metadata metadata = {0};
    cr_assert(savepoint_metadata_read(path, "", &metadata, &err), "%s", err.message);
    cr_assert(eq(sz, metadata.operators[0].state_count, 0));
    cr_assert(not(metadata.operators[0].are_states_complete));
    cr_assert(file_remove_tree(root, &err));
}
