#include "runtime/local/program_result.h"

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"

#include <limits.h>
#include <string.h>

enum { FAILURE_SIZE = 1200 };

static bool is_id(const char *text) {
    return strlen(text) == JOB_OPERATOR_ID_SIZE - 1 &&
           strspn(text, "0123456789abcdef") == JOB_OPERATOR_ID_SIZE - 1;
}

static bool read_count(const json_t *object, const char *key, int *out) {
    int64_t value = json_int_or(object, key, -1);

    if (value < 0 || value > INT_MAX) return false;
    *out = (int)value;
    return true;
}

static bool read_operator(const json_t *object, struct job_operator *out) {
    const char *id = json_text_or(object, "id", "");

    if (!is_id(id) || !read_count(object, "parallelism", &out->parallelism) ||
        !read_count(object, "maxParallelism", &out->max_parallelism))
        return false;
    // A longer uid is cut: its hash, the id, says which it is.
    (void)text_copy(out->id, sizeof out->id, id);
    (void)text_copy(out->uid, sizeof out->uid, json_text_or(object, "uid", ""));
    (void)text_copy(out->name, sizeof out->name, json_text_or(object, "name", ""));
    return true;
}

static bool read_operators(const json_t *list, struct job_graph *graph, struct error *err) {
    size_t count = json_array_size(list);

    if (!json_is_array(list) || count == 0)
        return error_set(err, ERROR_INVALID, "the result of the program has no operators");
    if (count > PROGRAM_OPERATORS_MAX)
        return error_set(err, ERROR_INVALID, "the job has %zu operators; at most %d are supported",
                         count, PROGRAM_OPERATORS_MAX);
    graph->operators = memory_alloc(count * sizeof *graph->operators);
    for (; graph->count < count; graph->count++)
        if (!read_operator(json_array_get(list, graph->count), &graph->operators[graph->count]))
            return error_set(err, ERROR_INVALID,
                             "operator %zu in the result of the program has "
                             "no id or no parallelism",
                             graph->count);
    return true;
}

bool program_result_read(const char *bytes, size_t size_bytes, struct program_report *out_report,
                         struct error *err) {
    AUTO(json_decref) json_t *result = NULL;
    struct program_report report = {0};
    char failure[FAILURE_SIZE];

    if (size_bytes > PROGRAM_RESULT_MAX_BYTES)
        return error_set(err, ERROR_INVALID, "the result of the program is too long");
    if (!json_parse(bytes, size_bytes, &result, err))
        return error_prefix(err, "the result of the program cannot be read");
    const char *reported = json_text(result, "error");
    if (reported != NULL) {
        (void)text_copy(failure, sizeof failure, reported);
        return error_set(err, ERROR_INVALID, "%s", failure);
    }
    report.has_several_jobs = json_bool_or(result, "severalJobs", false);
    if (!read_operators(json_member(result, "operators"), &report.graph, err)) {
        job_graph_free(&report.graph);
        return false;
    }
    *out_report = report;
    return true;
}
