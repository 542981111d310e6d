// What the process of an inspected program has written, in which user code runs.
#include "base/json.h"
#include "fuzz/fuzz.h"
#include "runtime/local/program_result.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct program_report report = {0};
    struct error err = {0};

    if (!program_result_read((const char *)data, size, &report, &err)) {
        FUZZ_EXPECT(err.kind != ERROR_NONE && report.graph.operators == NULL);
        return 0;
    }
    FUZZ_EXPECT(report.graph.count > 0 && report.graph.count <= PROGRAM_OPERATORS_MAX);
    for (size_t index = 0; index < report.graph.count; index++) {
        const struct job_operator *operator= & report.graph.operators[index];
        AUTO(json_decref) json_t *name = json_new_text(operator->name);
        FUZZ_EXPECT(strlen(operator->id) == JOB_OPERATOR_ID_SIZE - 1);
        FUZZ_EXPECT(strcmp(json_string_value(name), operator->name) == 0); // it is UTF-8
        FUZZ_EXPECT(operator->parallelism >= 0 && operator->max_parallelism >= 0);
    }
    job_graph_free(&report.graph);
    return 0;
}
