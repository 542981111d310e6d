// A move whose job could not be restored: its operation reports which state does not fit, and does
// not wait for it without end.
#include "base/text.h"
#include "controller/service/service.h"
#include "fakes/fake_commands.h"
#include "fakes/fake_world_view.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#define LOST_ID "ca88eee0095684d687a1b6495617f957" // one of the savepoint
#define WORDS                                                                                      \
    "Cannot map checkpoint/savepoint state for operator " LOST_ID " to the new program, because "  \
    "the operator is not available in the new program."

static struct fake_world world;
static struct error err;

static void set_up(void) {
    fake_world_open(&world);
    world.program.is_missing = false;
    fake_world_crash(&world);
    fake_clusters_set_metadata(world.clusters, TEST_DATA_DIR "/savepoints/1.20.3/canonical");
    fake_program_add(&world.program, "totals-uid", "Totals");
}

static void tear_down(void) {
    fake_world_close(&world);
}

TestSuite(misfit, .init = set_up, .fini = tear_down);

// An update whose job Flink refuses, until the inspection begins.
static void update_and_fail(const char *words) {
    fake_world_create_running(&world, "a");
    fake_clusters_reject_next_job(world.clusters, words);
    cr_assert(command_update_properties(&world, &err), "%s", err.message);
    for (int turn = 0; turn < 40 && world.program.done == NULL; turn++) {
        if (fake_world_app(&world, "a").status != APP_UPDATING) return;
        fake_world_run(&world, 1);
    }
}

static const char *failure(void) {
    static struct operation operation;

    cr_assert(fake_world_run_until(&world, "a", APP_READY));
    operation = fake_world_operation(&world, "a");
    cr_assert(eq(int, operation.status, OPERATION_FAILED));
    return operation.error;
}

Test(misfit, names_the_state_after_the_program_was_inspected) {
    update_and_fail(WORDS);
    cr_assert(eq(int, fake_world_app(&world, "a").status, APP_UPDATING));
    cr_assert(fake_program_answer(&world.program));
    const char *text = failure();
    cr_assert(strstr(text, "is not available in the new program") != NULL, "%s", text);
    cr_assert(strstr(text, "kobel: the program has no operator for the state of") != NULL, "%s",
              text);
    cr_assert(ge(int, fake_world_count_events(&world, "a", "kind", "error", "setUidHash()"), 1));
    cr_assert(eq(int, world.program.asked, 1));
}

Test(misfit, waits_some_seconds_for_the_program_and_no_longer) {
    update_and_fail(WORDS);
    cr_assert(eq(int, fake_world_app(&world, "a").status, APP_UPDATING));
    fake_world_run(&world, 10);
    cr_assert(eq(int, fake_world_app(&world, "a").status, APP_UPDATING));
    fake_world_run(&world, 14);
    cr_assert(eq(int, fake_world_app(&world, "a").status, APP_READY));
    cr_assert(not(fake_program_answer(&world.program)));
    (void)failure();
}

Test(misfit, explains_without_a_program_that_cannot_be_inspected) {
    world.program.failure = "main() failed";
    update_and_fail(WORDS);
    cr_assert(fake_program_answer(&world.program));
    const char *text = failure();
    cr_assert(strstr(text, "not available in the new program. kobel: ") != NULL, "%s", text);
    cr_assert(strstr(text, "SourceReaderState") != NULL, "%s", text);
}

Test(misfit, asks_again_after_a_restart_of_the_daemon) {
    update_and_fail(WORDS);
    fake_world_crash(&world);
    fake_clusters_reject_next_job(world.clusters, WORDS);
    for (int turn = 0; turn < 60 && world.program.done == NULL; turn++)
        fake_world_run(&world, 1);
    cr_assert(fake_program_answer(&world.program));
    const char *text = failure();
    cr_assert(strstr(text, "kobel: ") != NULL, "%s", text);
}

Test(misfit, does_not_inspect_for_other_failures) {
    update_and_fail("the table is not there");
    cr_assert(eq(str, (char *)failure(), "the table is not there"));
    cr_assert(eq(int, world.program.asked, 0));
}

Test(misfit, adds_nothing_where_the_files_cannot_be_read) {
    fake_clusters_set_metadata(world.clusters, NULL);
    update_and_fail(WORDS);
    cr_assert(fake_program_answer(&world.program));
    cr_assert(eq(str, (char *)failure(), WORDS));
}

Test(misfit, is_forgotten_with_its_application) {
    update_and_fail(WORDS);
    cr_assert(fake_world_stop(&world, "a", true, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_READY));
    (void)fake_program_answer(&world.program);
}
