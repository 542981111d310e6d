// The metadata of a savepoint, which a job or a user has written: any bytes.
#include "base/json.h"
#include "fuzz/fuzz.h"
#include "runtime/savepoint/savepoint_misfit.h"
#include "runtime/savepoint/savepoint_report.h"

#include <string.h>

static void check(const struct savepoint_metadata *metadata) {
    FUZZ_EXPECT(metadata->version >= SAVEPOINT_VERSION_MIN);
    FUZZ_EXPECT(metadata->version <= SAVEPOINT_VERSION_MAX);
    FUZZ_EXPECT(metadata->operator_count <= JOB_OPERATORS_MAX);
    FUZZ_EXPECT(metadata->file_count <= SAVEPOINT_FILES_MAX);
    for (size_t index = 0; index < metadata->operator_count; index++) {
        const struct savepoint_operator *entry = &metadata->operators[index];
        FUZZ_EXPECT(strlen(entry->id) == JOB_OPERATOR_ID_SIZE - 1);
        FUZZ_EXPECT(entry->parallelism <= entry->max_parallelism);
        FUZZ_EXPECT(savepoint_operator_bytes(entry) >= 0);
        for (size_t state = 0; state < entry->state_count; state++)
            FUZZ_EXPECT(entry->states[state].name != NULL);
    }
    for (size_t index = 1; index < metadata->file_count; index++)
        FUZZ_EXPECT(strcmp(metadata->files[index - 1].name, metadata->files[index].name) < 0);
}

// A program with the first operator of the savepoint and another one.
static void compare(const struct savepoint_metadata *metadata) {
    struct job_operator operators[2] = {{.uid = "totals-uid"},
                                        {.uid = "another", .name = "Totals"}};
    const struct job_graph graph = {operators, 2};
    const struct savepoint_target target = {RUNTIME_FLINK_2_2, 4, 0};
    struct savepoint_fit fit;

    if (metadata->operator_count > 0)
        memcpy(operators[0].id, metadata->operators[0].id, sizeof operators[0].id);
    savepoint_fit_make(&fit, metadata, &graph, &target);
    FUZZ_EXPECT(fit.row_count >= metadata->operator_count);
    FUZZ_EXPECT(fit.can_restore_a_part || !fit.can_restore);
    AUTO(json_decref) json_t *report = savepoint_report_of_fit(&fit, metadata, &graph);
    FUZZ_EXPECT(json_array_size(json_member(report, "operators")) == fit.row_count ||
                fit.row_count > SAVEPOINT_REPORT_OPERATORS_MAX);
    savepoint_fit_free(&fit);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    AUTO(savepoint_metadata_free) struct savepoint_metadata metadata = {0};
    struct error err;

    if (!savepoint_metadata_parse(data, size, &metadata, &err)) {
        FUZZ_EXPECT(err.kind == ERROR_INVALID || err.kind == ERROR_LIMIT);
        return 0;
    }
    check(&metadata);
    AUTO(json_decref) json_t *report = savepoint_report_of(&metadata);
    FUZZ_EXPECT(json_is_object(report));
    compare(&metadata);
    return 0;
}
