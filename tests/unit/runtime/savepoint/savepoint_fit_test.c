// Can a program be started from a savepoint?
#include "runtime/savepoint/savepoint_fit.h"

#include "unit/runtime/savepoint/fit_world.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

TestSuite(savepoint_fit, .init = set_up, .fini = tear_down);

Test(savepoint_fit, of_the_same_program_is_whole) {
    (void)save("a", "A");
    (void)save("", "B");
    (void)operate("", "B");
    (void)operate("a", "A");
    compare();
    cr_assert(eq(sz, fit.row_count, 2));
    cr_assert(eq(sz, fit.counts[SAVEPOINT_MATCHED], 2));
    cr_assert(eq(int, fit.rows[0].operated, 1));
    cr_assert(eq(int, fit.rows[1].operated, 0));
    cr_assert(fit.can_restore);
    cr_assert(fit.can_restore_a_part);
}

// Metadata below version 5 has no uids: the program's are hashed.
Test(savepoint_fit, finds_an_operator_by_its_uid_alone) {
    (void)save("a", "A");
    operate("a", "A")->id[0] = '\0';
    compare();
    cr_assert(eq(int, fit.rows[0].match, SAVEPOINT_MATCHED));
}

Test(savepoint_fit, names_state_that_has_no_operator) {
    (void)save("a", "A");
    (void)save("b", "B");
    (void)operate("b", "B");
    compare();
    cr_assert(eq(int, fit.rows[0].match, SAVEPOINT_LOST));
    cr_assert(eq(int, fit.rows[0].operated, SAVEPOINT_NOWHERE));
    cr_assert(eq(int, fit.rows[0].namesake, SAVEPOINT_NOWHERE));
    cr_assert(not(fit.can_restore));
    cr_assert(fit.can_restore_a_part);
}

Test(savepoint_fit, finds_the_new_operator_that_is_probably_meant) {
    (void)save("old", "Source: A");
    (void)operate("x", "X");
    (void)operate("new", "A");
    compare();
    cr_assert(eq(int, fit.rows[0].match, SAVEPOINT_LOST));
    cr_assert(eq(int, fit.rows[0].namesake, 1));
    cr_assert(eq(sz, fit.counts[SAVEPOINT_NEW], 2));
    cr_assert(eq(int, fit.rows[1].match, SAVEPOINT_NEW));
    cr_assert(eq(int, fit.rows[1].saved, SAVEPOINT_NOWHERE));
}

Test(savepoint_fit, does_not_miss_operators_without_state) {
    save("a", "A")->subtasks_with_state = 0;
    compare();
    cr_assert(eq(int, fit.rows[0].match, SAVEPOINT_STATELESS));
    cr_assert(fit.can_restore);
    saved.operators[0].has_coordinator = true; // Flink refuses this, too
    compare();
    cr_assert(eq(int, fit.rows[0].match, SAVEPOINT_LOST));
}

struct maxima {
    int saved;
    int of_operator;
    int of_job;
    int parallelism_of_operator;
    int parallelism_of_job;
    enum savepoint_max result;
};

Test(savepoint_fit, compares_the_maximum_parallelism) {
    static const struct maxima table[] = {
        {128, 0, 0, 0, 4, SAVEPOINT_MAX_FITS},        {128, 128, 0, 0, 4, SAVEPOINT_MAX_FITS},
        {128, 256, 0, 0, 4, SAVEPOINT_MAX_CHANGED},   {128, 0, 64, 0, 4, SAVEPOINT_MAX_CHANGED},
        {128, 128, 64, 0, 4, SAVEPOINT_MAX_FITS},     {128, 0, 0, 0, 128, SAVEPOINT_MAX_FITS},
        {128, 0, 0, 0, 129, SAVEPOINT_MAX_TOO_SMALL}, {128, 0, 0, 2, 129, SAVEPOINT_MAX_FITS},
        {128, 0, 0, 200, 4, SAVEPOINT_MAX_TOO_SMALL}, {128, 256, 0, 200, 4, SAVEPOINT_MAX_CHANGED},
    };
    struct savepoint_operator *entry = save("a", "A");
    struct job_operator *operated = operate("a", "A");

    for (size_t index = 0; index < COUNT_OF(table); index++) {
        const struct maxima *row = &table[index];
        entry->max_parallelism = row->saved;
        operated->max_parallelism = row->of_operator;
        operated->parallelism = row->parallelism_of_operator;
        target.max_parallelism = row->of_job;
        target.parallelism = row->parallelism_of_job;
        compare();
        cr_assert(eq(int, fit.rows[0].max, row->result), "row %zu", index);
        cr_assert(eq(int, fit.can_restore_a_part, row->result == SAVEPOINT_MAX_FITS));
    }
}

// Flink compares the maximum of every operator, and spreads only those with state.
Test(savepoint_fit, spreads_an_operator_without_state_further) {
    struct job_operator *operated = operate("a", "A");

    save("a", "A")->subtasks_with_state = 0;
    operated->parallelism = 200;
    compare();
    cr_assert(eq(int, fit.rows[0].max, SAVEPOINT_MAX_FITS));
    operated->max_parallelism = 256;
    compare();
    cr_assert(eq(int, fit.rows[0].max, SAVEPOINT_MAX_CHANGED));
}

Test(savepoint_fit, knows_what_each_runtime_reads) {
    cr_assert(eq(int, savepoint_fit_version_max(RUNTIME_FLINK_1_15), 3));
    cr_assert(eq(int, savepoint_fit_version_max(RUNTIME_FLINK_1_18), 4));
    cr_assert(eq(int, savepoint_fit_version_max(RUNTIME_FLINK_1_19), 4));
    cr_assert(eq(int, savepoint_fit_version_max(RUNTIME_FLINK_1_20), 4));
    cr_assert(eq(int, savepoint_fit_version_max(RUNTIME_FLINK_2_2), 6));
    (void)save("a", "A");
    (void)operate("a", "A");
    target.runtime = RUNTIME_FLINK_1_20;
    compare();
    cr_assert(not(fit.is_version_readable));
    cr_assert(not(fit.can_restore_a_part));
    saved.version = 4;
    compare();
    cr_assert(fit.can_restore);
}

Test(savepoint_fit, imports_canonical_savepoints_only) {
    static const struct {
        enum savepoint_kind kind;
        bool is_importable;
    } table[] = {{SAVEPOINT_CANONICAL, true},
                 {SAVEPOINT_UNKNOWN, true},
                 {SAVEPOINT_NATIVE, false},
                 {SAVEPOINT_CHECKPOINT, false}};

    for (size_t index = 0; index < COUNT_OF(table); index++) {
        saved.kind = table[index].kind;
        compare();
        cr_assert(eq(int, fit.is_importable, table[index].is_importable));
        cr_assert(fit.can_restore); // by the cluster that wrote it
    }
}

// --- a real savepoint ---

Test(savepoint_fit, of_a_real_savepoint_needs_no_uids_in_it) {
    struct savepoint_metadata real;
    struct error err;

    cr_assert(
        savepoint_metadata_read(TEST_DATA_DIR "/savepoints", "1.15.2/canonical", &real, &err));
    savepoint_metadata_free(&saved);
    saved = real;
    static const char *const uids[] = {"numbers", "rules-uid", "buffer-\xC3\xBC\xF0\x9F\x98\x80"};
    for (size_t index = 0; index < COUNT_OF(uids); index++)
        (void)operate(uids[index], "");
    compare();
    cr_assert(eq(sz, fit.counts[SAVEPOINT_MATCHED], 3));
    cr_assert(eq(sz, fit.counts[SAVEPOINT_LOST], 2)); // Totals and Sum
    cr_assert(eq(sz, fit.counts[SAVEPOINT_STATELESS], 3));
}
