// Milliseconds for the check of a savepoint: its metadata is read, compared with a program of which
// half of the operators have other ids, and both reports are made.
//
//   savepoint_check DIRECTORY ROUNDS
#include "base/clock.h"
#include "base/text.h"
#include "runtime/savepoint/savepoint_report.h"

#include <stdio.h>
#include <stdlib.h>

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

static bool check(const char *directory, double *out_ms) {
    AUTO(savepoint_metadata_free) struct savepoint_metadata saved = {0};
    AUTO(savepoint_fit_free) struct savepoint_fit fit = {0};
    struct job_graph program = {0};
    struct savepoint_target target = {RUNTIME_FLINK_2_2, 4, 0};
    struct error err;
    int64_t since_us = clock_monotonic_us();

    if (!savepoint_metadata_read(directory, "", &saved, &err)) {
        (void)fprintf(stderr, "%s\n", err.message);
        return false;
    }
    int64_t read_us = clock_monotonic_us() - since_us;
    make_program(&saved, &program);
    since_us = clock_monotonic_us();
    savepoint_fit_make(&fit, &saved, &program, &target);
    AUTO(json_decref) json_t *report = savepoint_report_of(&saved);
    AUTO(json_decref) json_t *report_of_fit = savepoint_report_of_fit(&fit, &saved, &program);
    char *text = json_print(report);
    char *text_of_fit = json_print(report_of_fit);
    *out_ms = (double)(clock_monotonic_us() - since_us + read_us) / 1000;
    job_graph_free(&program);
    free(text);
    free(text_of_fit);
    return true;
}

int main(int argc, char **argv) {
    double spent_ms = 0;

    for (int round = argc < 3 ? 0 : atoi(argv[2]); round > 0; round--) {
        if (!check(argv[1], &spent_ms)) return 1;
        (void)printf("%.3f\n", spent_ms);
    }
    return 0;
}
