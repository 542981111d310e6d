// Milliseconds for the check of a savepoint, and those of the processor: its metadata is read,
// compared with a program of which half of the operators have other ids, and both reports are made.
//
//   savepoint_check DIRECTORY ROUNDS
#include "base/clock.h"
#include "base/text.h"
#include "runtime/savepoint/savepoint_report.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static void make_program(const struct savepoint_metadata *saved, struct job_graph *out) {
    out->operators = calloc(saved->operator_count, sizeof *out->operators);
    out->count = saved->operator_count;
    for (size_t index = 0; index < out->count; index++) {
        struct job_operator *entry = &out->operators[index];
        (void)text_copy(entry->id, sizeof entry->id, saved->operators[index].id);
        (void)text_format(entry->name, sizeof entry->name, "name %zu", index);
        if (index % 2 == 0) entry->id[0] = entry->id[0] == 'f' ? 'e' : 'f';
    }
}

static bool check(const char *directory) {
    AUTO(savepoint_metadata_free) struct savepoint_metadata saved = {0};
    AUTO(savepoint_fit_free) struct savepoint_fit fit = {0};
    struct job_graph program = {0};
    struct savepoint_target target = {RUNTIME_FLINK_2_2, 4, 0};
    struct error err;
    clock_t since = clock();
    int64_t since_us = clock_monotonic_us();

    if (!savepoint_metadata_read(directory, "", &saved, &err)) {
        (void)fprintf(stderr, "%s\n", err.message);
        return false;
    }
    make_program(&saved, &program);
    savepoint_fit_make(&fit, &saved, &program, &target);
    AUTO(json_decref) json_t *report = savepoint_report_of(&saved);
    AUTO(json_decref) json_t *report_of_fit = savepoint_report_of_fit(&fit, &saved, &program);
    char *text = json_print(report);
    char *text_of_fit = json_print(report_of_fit);
    (void)printf("%.3f %.3f\n", (double)(clock_monotonic_us() - since_us) / 1000,
                 (double)(clock() - since) * 1000 / CLOCKS_PER_SEC);
    job_graph_free(&program);
    free(text);
    free(text_of_fit);
    return true;
}

int main(int argc, char **argv) {
    for (int round = argc < 3 ? 0 : atoi(argv[2]); round > 0; round--)
        if (!check(argv[1])) return 1;
    return 0;
}
