// What snapshots contain, and whether the program of an application takes it.
#include "base/json.h"
#include "base/text.h"
#include "controller/commands/app_service_snapshots.h"
#include "fakes/fake_world_view.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static struct fake_world world;
static struct error err;
static json_t *shown;

static void set_up(void) {
    fake_world_open(&world);
    world.program.is_missing = false;
    fake_world_crash(&world);
    fake_clusters_set_metadata(world.clusters, TEST_DATA_DIR "/savepoints/2.2.0/canonical");
    fake_world_create_running(&world, "a");
    cr_assert(fake_world_take_snapshot(&world, "a", "s", &err), "%s", err.message);
    fake_world_run(&world, 4);
}

static void tear_down(void) {
    json_decref(shown);
    shown = NULL;
    fake_world_close(&world);
}

TestSuite(snapshot_content, .init = set_up, .fini = tear_down);

static bool show(const char *app_name, const char *name, const struct program_report *program) {
    const struct snapshot_question question = {
        .app_name = app_name, .snapshot_name = name, .program_of = "a", .program = program};

    json_decref(shown);
    shown = NULL;
    return app_service_show_snapshot(world.service, &world.scope, &question, &shown, &err);
}

Test(snapshot_content, lists_the_operators_of_a_snapshot) {
    cr_assert(show("a", "s", NULL), "%s", err.message);
    cr_assert(eq(str, (char *)json_text(shown, "status"), "READY"));
    cr_assert(eq(str, (char *)json_text(shown, "application"), "a"));
    cr_assert(eq(str, (char *)json_text(shown, "runtimeEnvironment"), "FLINK-1_20"));
    const json_t *savepoint = json_member(shown, "savepoint");
    cr_assert(eq(i64, json_int_or(savepoint, "version", 0), 6));
    cr_assert(gt(sz, json_array_size(json_member(savepoint, "operators")), (size_t)5));
    cr_assert(json_member(shown, "fit") == NULL);
}

Test(snapshot_content, shows_an_enhanced_one_without_an_application) {
    bool is_found = show(NULL, "s", NULL);

    cr_assert(eq(int, is_found, world.uses_enhanced), "%s", err.message);
    if (is_found) cr_assert(json_member(shown, "savepoint") != NULL);
}

Test(snapshot_content, compares_it_with_the_program) {
    struct program_report report = {0};

    fake_program_add(&world.program, "totals-uid", "Totals");
    fake_program_add(&world.program, "added", "Added");
    report.graph = (struct job_graph){world.program.operators, world.program.count};
    cr_assert(show("a", "s", &report), "%s", err.message);
    const json_t *fit = json_member(shown, "fit");
    // Its Flink is earlier than the one that wrote the savepoint.
    cr_assert(eq(int, json_bool_or(fit, "isVersionReadable", true), false));
    cr_assert(eq(int, json_bool_or(fit, "canRestore", true), false));
    cr_assert(eq(i64, json_int_or(fit, "matched", 0), 1));
    cr_assert(eq(i64, json_int_or(fit, "new", 0), 1));
    cr_assert(gt(i64, json_int_or(fit, "lost", 0), 1));
}

Test(snapshot_content, reports_a_savepoint_that_cannot_be_read) {
    fake_clusters_set_metadata(world.clusters, NULL);
    cr_assert(show("a", "s", NULL), "%s", err.message);
    cr_assert(json_member(shown, "savepoint") == NULL);
    cr_assert(text_ends_with(json_text(shown, "savepointFailure"), "has no files"));
}

Test(snapshot_content, does_not_know_other_names) {
    cr_assert(not(show("a", "other", NULL)));
    cr_assert(eq(int, err.kind, ERROR_NOT_FOUND));
    cr_assert(not(show("b", "s", NULL)));
    cr_assert(eq(int, err.kind, ERROR_NOT_FOUND));
}

Test(snapshot_content, shows_the_state_of_the_running_job) {
    cr_assert(show("a", NULL, NULL), "%s", err.message);
    cr_assert(eq(str, (char *)json_text(shown, "origin"), "CHECKPOINT"));
    cr_assert(json_member(shown, "savepoint") != NULL);
    cr_assert(fake_world_stop(&world, "a", false, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_READY));
    cr_assert(not(show("a", NULL, NULL)));
    cr_assert(eq(int, err.kind, ERROR_CONFLICT));
}
