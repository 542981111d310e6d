// Why a program does not fit a savepoint, in words.
#include "runtime/savepoint/savepoint_misfit.h"

#include "unit/runtime/savepoint/fit_world.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

TestSuite(savepoint_misfit, .init = set_up, .fini = tear_down);

static char text[SAVEPOINT_MISFIT_SIZE];

static void explain(size_t row) {
    compare();
    cr_assert(savepoint_misfit_of_row(&fit.rows[row], &saved, &program, text));
}

Test(savepoint_misfit, of_lost_state_says_how_to_keep_and_how_to_drop_it) {
    (void)save("totals", "Totals");
    explain(0);
    cr_assert(eq(
        str, text,
        "The snapshot has state of operator 'Totals' (uid 'totals', id "
        "8eeed16b661251f13cfc6a3c5e75c420), which the program does not have: 2.0 KB of 2 subtasks, "
        "with the state total (KEYED_VALUE). Give the uid 'totals' to the operator that shall "
        "have "
        "it. To start without this state, set AllowNonRestoredState to true; to start without any, "
        "use SKIP_RESTORE_FROM_SNAPSHOT."));
}

Test(savepoint_misfit, of_lost_state_names_the_operator_that_is_probably_meant) {
    (void)save("totals", "Totals");
    (void)operate("sums", "Totals");
    explain(0);
    cr_assert(strstr(text, "The program has a new operator of that name, with the uid 'sums': give "
                           "it the uid 'totals'.") != NULL,
              "%s", text);
}

Test(savepoint_misfit, of_lost_state_without_uid_gives_the_hash) {
    (void)save("", "Totals");
    explain(0);
    cr_assert(strstr(text, "It had no uid, so its id depends on the shape of the job") != NULL,
              "%s", text);
    cr_assert(strstr(text, saved.operators[0].id) != NULL);
    (void)operate("sums", "Totals");
    explain(0);
    cr_assert(strstr(text, "by setUidHash().") != NULL, "%s", text);
    saved.version = 4;
    saved.operators[0].name[0] = '\0';
    explain(0);
    cr_assert(strstr(text, "state of an operator (id ") != NULL, "%s", text);
    cr_assert(strstr(text, "Metadata of version 4 has no names") != NULL, "%s", text);
}

Test(savepoint_misfit, of_the_maximum_parallelism_says_what_is_possible) {
    (void)save("totals", "Totals");
    struct job_operator *operated = operate("totals", "Totals");

    operated->max_parallelism = 64;
    explain(0);
    cr_assert(strstr(text, "has the maximum parallelism 128, and the program sets 64. Flink cannot "
                           "change it: set 128, or none.") != NULL,
              "%s", text);
    operated->max_parallelism = 0;
    operated->parallelism = 200;
    explain(0);
    cr_assert(strstr(text, "has the maximum parallelism 128, which is less than its parallelism "
                           "200. Use a parallelism of at most 128.") != NULL,
              "%s", text);
}

Test(savepoint_misfit, in_brief_is_the_first_one_with_its_way_out) {
    (void)save("totals", "Totals");
    (void)save("sums", "Sums");
    (void)operate("amounts", "Totals");
    compare();
    cr_assert(savepoint_misfit_brief(&fit, &saved, &program, false, text));
    cr_assert(eq(str, text,
                 "the program has no operator for the state of operator 'Totals' (uid 'totals', id "
                 "8eeed16b661251f13cfc6a3c5e75c420): 2.0 KB, total (KEYED_VALUE). Its operator of "
                 "that name has the uid 'amounts'. Set the uid 'totals', "
                 "or set AllowNonRestoredState. Other operators that do not fit: 1."));
    cr_assert(not(savepoint_misfit_brief(&fit, &saved, &program, true, text)));
    cr_assert(eq(str, text, ""));
    saved.version = 7;
    compare();
    cr_assert(savepoint_misfit_brief(&fit, &saved, &program, true, text));
    cr_assert(strstr(text, "written by a later Flink") != NULL, "%s", text);
}

Test(savepoint_misfit, of_what_fits_is_nothing) {
    AUTO(buffer_release) struct buffer all = BUFFER_INIT(10000);

    (void)save("a", "A");
    (void)operate("a", "A");
    (void)operate("b", "B");
    compare();
    cr_assert(not(savepoint_misfit_of_row(&fit.rows[0], &saved, &program, text)));
    cr_assert(not(savepoint_misfit_of_row(&fit.rows[1], &saved, &program, text)));
    cr_assert(not(savepoint_misfit_of_version(&fit, &saved, text)));
    cr_assert(not(savepoint_misfit_of_import(&saved, text)));
    savepoint_misfit_text(&fit, &saved, &program, false, &all);
    cr_assert(eq(str, (char *)buffer_text(&all), ""));
}

Test(savepoint_misfit, of_a_version_names_the_runtime) {
    AUTO(buffer_release) struct buffer all = BUFFER_INIT(10000);

    (void)save("a", "A");
    target.runtime = RUNTIME_FLINK_1_20;
    compare();
    savepoint_misfit_text(&fit, &saved, &program, true, &all);
    cr_assert(eq(str, (char *)buffer_text(&all),
                 "The snapshot was written by a later Flink: its metadata has the version 6, and "
                 "FLINK-1_20 reads up to 4. Use FLINK-2_2 or an earlier snapshot; to start "
                 "without state, use SKIP_RESTORE_FROM_SNAPSHOT.\n"));
}

Test(savepoint_misfit, of_an_import_says_how_to_get_another) {
    saved.kind = SAVEPOINT_NATIVE;
    cr_assert(savepoint_misfit_of_import(&saved, text));
    cr_assert(strstr(text, "--type canonical") != NULL);
    saved.kind = SAVEPOINT_CHECKPOINT;
    cr_assert(savepoint_misfit_of_import(&saved, text));
    cr_assert(strstr(text, "It is a checkpoint") != NULL);
}

static void refer_to(const char *name, bool is_relative) {
    saved.files = memory_resize(saved.files, (saved.file_count + 1) * sizeof *saved.files);
    saved.files[saved.file_count++] =
        (struct savepoint_file){memory_copy_text(name), 5, is_relative};
}

// Those of Flink before 1.11, and those in a directory with an entropy key.
Test(savepoint_misfit, of_an_import_names_an_absolute_path) {
    refer_to("a", true);
    compare();
    cr_assert(fit.is_importable);
    cr_assert(not(savepoint_misfit_of_import(&saved, text)));
    refer_to("s3://b/x/c", false);
    compare();
    cr_assert(not(fit.is_importable));
    cr_assert(savepoint_misfit_of_import(&saved, text));
    cr_assert(eq(str, text,
                 "It refers to files by absolute path, the first is 's3://b/x/c', and cannot be "
                 "imported. Take a savepoint with Flink 1.11 or later, in a directory without "
                 "s3.entropy.key."));
}

Test(savepoint_misfit, of_state_that_may_be_dropped_is_left_out) {
    AUTO(buffer_release) struct buffer all = BUFFER_INIT(10000);

    (void)save("a", "A");
    (void)save("b", "B");
    operate("b", "B")->max_parallelism = 5;
    compare();
    savepoint_misfit_text(&fit, &saved, &program, true, &all);
    cr_assert(strstr(buffer_text(&all), "'A'") == NULL);
    cr_assert(strstr(buffer_text(&all), "'B'") != NULL);
}

Test(savepoint_misfit, of_many_operators_is_limited) {
    AUTO(buffer_release) struct buffer all = BUFFER_INIT(100000);
    size_t lines = 0;

    saved.operators = memory_resize(saved.operators, 50 * sizeof *saved.operators);
    for (int index = 0; index < 50; index++) {
        char uid[20];
        (void)snprintf(uid, sizeof uid, "uid-%d", index);
        saved.operators[index] = (struct savepoint_operator){0};
        (void)save(uid, uid);
    }
    compare();
    savepoint_misfit_text(&fit, &saved, &program, false, &all);
    for (const char *at = buffer_text(&all); *at != '\0'; at++)
        if (*at == '\n') lines++;
    cr_assert(eq(sz, lines, SAVEPOINT_MISFIT_LINES_MAX + 1));
    cr_assert(strstr(buffer_text(&all), "And 30 other operators do not fit.") != NULL);
}

// Names may be as long as there is room for, and the way out has to remain.
Test(savepoint_misfit, of_long_names_is_whole) {
    struct savepoint_operator *entry = save("a", "A");
    struct job_operator *operated = operate("b", "A");
    const size_t count = 20;

    memset(entry->uid, 'u', sizeof entry->uid - 1);
    memset(entry->name, 'n', sizeof entry->name - 1);
    memset(operated->uid, 'o', sizeof operated->uid - 1);
    memset(operated->name, 'n', sizeof operated->name - 1);
    entry->states = memory_resize(entry->states, count * sizeof *entry->states);
    for (; entry->state_count < count; entry->state_count++) {
        char *name = memory_copy_text(entry->name);
        entry->states[entry->state_count] = (struct savepoint_named_state){
            SAVEPOINT_STATE_KEYED_AGGREGATING, name, memory_copy_text("")};
    }
    explain(0);
    cr_assert(text_ends_with(text, "use SKIP_RESTORE_FROM_SNAPSHOT."), "%s", text);
    cr_assert(strstr(text, entry->uid) != NULL);
}
