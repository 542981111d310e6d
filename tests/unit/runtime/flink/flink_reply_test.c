// What is read from the replies of Flink's REST interface.
#include "runtime/flink/flink_reply.h"

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/json.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <string.h>

static struct error err;

static json_t *parse(const char *text) {
    json_t *value = NULL;

    cr_assert(json_parse(text, strlen(text), &value, &err), "%s", err.message);
    return value;
}

struct trace {
    char stack[600];
    char cause[300];
};

// clang-format off
static struct trace traces[] = {
    {"org.apache.flink.runtime.rest.handler.RestHandlerException: Could not execute application.\n\tat a.B.c(B.java:1)\n"
     "Caused by: java.util.concurrent.CompletionException: x\n\tat a.B.c(B.java:1)\n"
     "Caused by: org.apache.flink.client.program.ProgramInvocationException: The main method caused an error: no such stream: orders\n\tat a.B.c(B.java:1)\n"
     "Caused by: java.lang.IllegalStateException: no such stream: orders\n\t... 9 more",
     "org.apache.flink.client.program.ProgramInvocationException: The main method caused an error: no such stream: orders StackTrace: java.lang.IllegalStateException: no such stream: orders"},
    {"org.apache.flink.runtime.rest.handler.RestHandlerException: No jobs included in application.\n\tat a.B.c(B.java:1)",
     "org.apache.flink.runtime.rest.handler.RestHandlerException: No jobs included in application."},
    {"<Exception on server side:\njava.lang.RuntimeException: outer\n\tat a.B.c(B.java:1)\nCaused by: java.io.IOException: inner\n\tat d\nEnd of exception on server side>",
     "java.io.IOException: inner"},
    {"a.MutatedConfigurationException: Not allowed configuration change(s) were detected:\n - Configuration x was changed.\n\tat a",
     "a.MutatedConfigurationException: Not allowed configuration change(s) were detected: - Configuration x was changed."},
    {"", ""},
};
// clang-format on

ParameterizedTestParameters(flink_reply, finds_what_says_most_in_a_stack_trace) {
    return cr_make_param_array(struct trace, traces, COUNT_OF(traces));
}

ParameterizedTest(struct trace *trace, flink_reply, finds_what_says_most_in_a_stack_trace) {
    char cause[900];

    flink_reply_cause(trace->stack, cause, sizeof cause);
    cr_assert(eq(str, cause, trace->cause));
}

// --- traces that a program has made long ---

static void append_many(struct buffer *trace, int count, const char *text) {
    for (int index = 0; index < count; index++)
        cr_assert(buffer_append(trace, text, strlen(text), &err));
}

// Each cause was searched to the end of the trace: this one would take a quarter of an hour.
Test(flink_reply, a_trace_may_have_any_number_of_causes) {
    AUTO(buffer_release) struct buffer trace = BUFFER_INIT((size_t)16 << 20);
    char cause[900];

    append_many(&trace, 1, "a.First: one");
    append_many(&trace, 300000, "\nCaused by: ");
    append_many(&trace, 1, "\nCaused by: z.Last: two");
    flink_reply_cause(buffer_text(&trace), cause, sizeof cause);
    cr_assert(eq(str, cause, "z.Last: two"));
}

// The bound: what is in the middle decides nothing, and what is at the ends does.
Test(flink_reply, of_a_long_trace_the_ends_are_read) {
    AUTO(buffer_release) struct buffer trace = BUFFER_INIT((size_t)1 << 20);
    char cause[900];

    append_many(&trace, 1, "a.First: one");
    append_many(&trace, 2000, "\n\tat a.B.c(B.java:1)");
    append_many(&trace, 1, "\nCaused by: ProgramInvocationException: in the middle");
    append_many(&trace, 2000, "\n\tat a.B.c(B.java:1)");
    append_many(&trace, 1, "\nCaused by: z.Last: two\n\t... 9 more");
    flink_reply_cause(buffer_text(&trace), cause, sizeof cause);
    cr_assert(eq(str, cause, "z.Last: two"));
}

Test(flink_reply, the_root_of_a_long_trace_is_found_in_every_answer) {
    AUTO(buffer_release) struct buffer trace = BUFFER_INIT((size_t)1 << 20);
    AUTO(json_decref) json_t *savepoint = parse("{\"status\":{\"id\":\"COMPLETED\"}}");
    AUTO(json_decref) json_t *errors = parse("{\"errors\":[\"Internal server error.\"]}");
    AUTO(json_decref) json_t *exceptions = json_new_object();
    json_t *operation = json_new_object();
    json_t *failure = json_new_object();
    struct savepoint_view view = {0};
    char cause[900];

    append_many(&trace, 1, "a.First: ");
    append_many(&trace, 50000, "long");
    append_many(&trace, 1, "\nCaused by: z.Last: Checkpoint Coordinator is suspending.");
    json_put_text(failure, "stack-trace", buffer_text(&trace));
    json_put(operation, "failure-cause", failure);
    json_put(savepoint, "operation", operation);
    json_add(json_object_get(errors, "errors"), json_new_text(buffer_text(&trace)));
    json_put_text(exceptions, "root-exception", buffer_text(&trace));

    cr_assert(flink_reply_savepoint(savepoint, &view, &err));
    cr_assert(eq(str, view.failure, "z.Last: Checkpoint Coordinator is suspending."));
    cr_assert(view.is_transient);
    flink_reply_error(errors, cause, sizeof cause);
    cr_assert(eq(str, cause, "z.Last: Checkpoint Coordinator is suspending."));
    flink_reply_exception(exceptions, cause, sizeof cause);
    cr_assert(eq(str, cause, "z.Last: Checkpoint Coordinator is suspending."));
}

Test(flink_reply, a_failed_restore_is_told_from_other_exceptions) {
    AUTO(json_decref)
    json_t *restore = parse(
        "{\"exceptionHistory\":{\"entries\":[{\"stacktrace\":\"java.lang.Exception: Exception "
        "while creating StreamOperatorStateContext.\\nCaused by: "
        "org.apache.flink.util.FlinkException: Could not restore keyed state backend for a from "
        "any of the 1 provided restore options.\\nCaused by: java.io.FileNotFoundException: "
        "b\"}]}}");
    AUTO(json_decref)
    json_t *other = parse("{\"root-exception\":\"java.io.FileNotFoundException: b\"}");
    char cause[100];

    flink_reply_exception(restore, cause, sizeof cause);
    cr_assert(eq(str, cause, "java.io.FileNotFoundException: b"));
    cr_assert(flink_reply_is_of_restore(restore));
    cr_assert(not(flink_reply_is_of_restore(other)));
    cr_assert(not(flink_reply_is_of_restore(NULL)));
}

Test(flink_reply, a_long_trace_is_cut_between_characters) {
    char cause[80000];

    // Characters of three bytes, at each offset.
    for (int offset = 0; offset < 3; offset++) {
        AUTO(buffer_release) struct buffer trace = BUFFER_INIT((size_t)1 << 20);
        append_many(&trace, offset, "x");
        append_many(&trace, 40000, "\xE6\x97\xA5");
        flink_reply_cause(buffer_text(&trace), cause, sizeof cause);
        cr_assert(strstr(cause, "\xEF\xBF\xBD") == NULL);
        cr_assert(ge(sz, strlen(cause), 32766));
        cr_assert(le(sz, strlen(cause), 32768));
    }
}

Test(flink_reply, counts_the_tasks_of_a_job) {
    AUTO(json_decref)
    json_t *reply = parse("{\"state\":\"RUNNING\",\"vertices\":[{\"parallelism\":2,\"tasks\":{"
                          "\"RUNNING\":1,\"INITIALIZING\":1}},"
                          "{\"parallelism\":1,\"tasks\":{\"RUNNING\":0,\"FINISHED\":1}}]}");
    struct flink_job job;

    cr_assert(flink_reply_job(reply, &job, &err));
    cr_assert(eq(int, job.state, JOB_RUNNING));
    cr_assert(eq(int, job.tasks_running, 2));
    cr_assert(eq(int, job.tasks_total, 3));
}

Test(flink_reply, reads_the_three_ends_of_a_savepoint) {
    AUTO(json_decref)
    json_t *going = parse("{\"status\":{\"id\":\"IN_PROGRESS\"},\"operation\":null}");
    AUTO(json_decref)
    json_t *done = parse("{\"status\":{\"id\":\"COMPLETED\"},\"operation\":{\"location\":\"file:/"
                         "data/savepoint-1\"}}");
    AUTO(json_decref)
    json_t *failed = parse("{\"status\":{\"id\":\"COMPLETED\"},\"operation\":{\"failure-cause\":{"
                           "\"stack-trace\":\"a.B: no\\n\\tat c\"}}}");
    struct savepoint_view view = {0};

    cr_assert(flink_reply_savepoint(going, &view, &err));
    cr_assert(eq(int, view.state, SAVEPOINT_IN_PROGRESS));
    cr_assert(flink_reply_savepoint(done, &view, &err));
    cr_assert(eq(str, view.location, "/data/savepoint-1"));
    cr_assert(flink_reply_savepoint(failed, &view, &err));
    cr_assert(eq(int, view.state, SAVEPOINT_FAILED));
    cr_assert(eq(str, view.failure, "a.B: no"));
}

Test(flink_reply, refuses_answers_of_another_shape) {
    AUTO(json_decref) json_t *other = parse("{\"x\":1}");
    struct flink_port_range ports = {1, 1};
    struct flink_slots slots;
    bool is_it;
    struct flink_job job;
    struct savepoint_view view;
    char path[FILE_PATH_MAX];

    cr_assert(not(flink_reply_is_instance(other, "id-1", &is_it, &err)));
    cr_assert(not(flink_reply_slots(other, &ports, &slots, &err)));
    cr_assert(not(flink_reply_job(other, &job, &err)));
    cr_assert(not(flink_reply_savepoint(other, &view, &err)));
    cr_assert(not(flink_reply_checkpoint(other, path, &err)));
}
