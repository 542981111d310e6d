// What the process of an inspected program has written, or user code in its place.
#include "runtime/local/program_result.h"

#include "base/buffer.h"
#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#define ID "0123456789abcdef0123456789abcdef"

static struct error err;

static bool read_text(const char *text, struct program_report *out) {
    return program_result_read(text, strlen(text), out, &err);
}

Test(program_result, has_the_operators_in_their_order) {
    struct program_report report;

    cr_assert(
        read_text("{\"operators\":[{\"id\":\"" ID "\",\"uid\":\"numbers\",\"name\":\"Source\","
                  "\"parallelism\":3,\"maxParallelism\":128},\n{\"id\":\"" ID "\",\"uid\":\"\","
                  "\"name\":\"Map\",\"parallelism\":1,\"maxParallelism\":0}]}",
                  &report),
        "%s", err.message);
    cr_assert(not(report.has_several_jobs));
    cr_assert(eq(sz, report.graph.count, 2));
    const struct job_operator *first = &report.graph.operators[0];
    cr_assert(eq(str, (char *)first->id, ID));
    cr_assert(eq(str, (char *)first->uid, "numbers"));
    cr_assert(eq(str, (char *)first->name, "Source"));
    cr_assert(eq(int, first->parallelism, 3));
    cr_assert(eq(int, first->max_parallelism, 128));
    cr_assert(eq(str, report.graph.operators[1].uid, ""));
    job_graph_free(&report.graph);
    cr_assert(eq(sz, report.graph.count, 0));
}

Test(program_result, reports_several_jobs_and_cuts_long_names) {
    AUTO(buffer_release) struct buffer text = BUFFER_INIT(65536);
    struct program_report report;

    (void)buffer_append_text(&text, "{\"severalJobs\":true,\"operators\":[{\"id\":\"" ID
                                    "\",\"parallelism\":1,\"maxParallelism\":0,\"name\":\"");
    for (int index = 0; index < 255; index++)
        (void)buffer_append_text(&text, "名");
    (void)buffer_append_text(&text, "\"}]}");
    cr_assert(read_text(buffer_text(&text), &report), "%s", err.message);
    cr_assert(report.has_several_jobs);
    cr_assert(eq(sz, strlen(report.graph.operators[0].name), JOB_OPERATOR_TEXT_SIZE - 1));
    job_graph_free(&report.graph);
}

Test(program_result, has_the_reason_of_a_failure) {
    struct program_report report;

    cr_assert(not(read_text("{\"error\":\"main() failed: no such stream\"}", &report)));
    cr_assert(eq(int, err.kind, ERROR_INVALID));
    cr_assert(eq(str, err.message, "main() failed: no such stream"));
}

Test(program_result, refuses_what_is_not_a_result) {
    static const char *const texts[] = {
        "", "[]", "{}", "{\"operators\":[]}", "{\"operators\":{}}", "{\"operators\":[1]}",
        "{\"operators\":[{}]}",
        // no id, one that is too short, one with other letters
        "{\"operators\":[{\"parallelism\":1,\"maxParallelism\":0}]}",
        "{\"operators\":[{\"id\":\"0123\",\"parallelism\":1,\"maxParallelism\":0}]}",
        "{\"operators\":[{\"id\":\"0123456789abcdef0123456789abcdeg\",\"parallelism\":1,"
        "\"maxParallelism\":0}]}",
        // no parallelism, or one that is none
        "{\"operators\":[{\"id\":\"" ID "\",\"maxParallelism\":0}]}",
        "{\"operators\":[{\"id\":\"" ID "\",\"parallelism\":-1,\"maxParallelism\":0}]}",
        "{\"operators\":[{\"id\":\"" ID "\",\"parallelism\":1,\"maxParallelism\":99999999999}]}"};
    struct program_report report;

    for (size_t index = 0; index < COUNT_OF(texts); index++) {
        err = (struct error){0};
        cr_assert(not(read_text(texts[index], &report)), "%s", texts[index]);
        cr_assert(eq(int, err.kind, ERROR_INVALID), "%s", texts[index]);
    }
}

Test(program_result, refuses_what_is_too_much) {
    AUTO(buffer_release) struct buffer text = BUFFER_INIT((size_t)8 << 20);
    struct program_report report;

    (void)buffer_append_text(&text, "{\"operators\":[1");
    for (int index = 0; index < PROGRAM_OPERATORS_MAX; index++)
        (void)buffer_append_text(&text, ",1");
    (void)buffer_append_text(&text, "]}");
    cr_assert(not(read_text(buffer_text(&text), &report)));
    cr_assert(eq(str, err.message, "the job has 4001 operators; at most 4000 are supported"));
    while (text.size_bytes <= PROGRAM_RESULT_MAX_BYTES)
        (void)buffer_append_text(&text, "                                                        ");
    cr_assert(not(read_text(buffer_text(&text), &report)));
    cr_assert(eq(str, err.message, "the result of the program is too long"));
}
