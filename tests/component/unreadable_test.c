// A record that cannot be read is not taken for one that is not there.
#include "fakes/fake_world.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <sqlite3.h>

static struct fake_world world;
static struct error err;

static void set_up(void) {
    fake_world_open(&world);
    cr_assert(fake_world_create(&world, "a", &err), "%s", err.message);
    cr_assert(fake_world_start(&world, "a", &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    fake_world_run(&world, 3);
}

static void tear_down(void) {
    fake_world_close(&world);
}

TestSuite(unreadable, .init = set_up, .fini = tear_down);

// By another connection.
static void change(const char *sql) {
    sqlite3 *other = NULL;

    cr_assert(eq(int, sqlite3_open(world.path, &other), SQLITE_OK));
    cr_assert(eq(int, sqlite3_exec(other, sql, NULL, NULL, NULL), SQLITE_OK), "%s",
              sqlite3_errmsg(other));
    (void)sqlite3_close(other);
}

static void damage_snapshots(void) {
    change("UPDATE snapshot SET runtime = 'FLINK-unknown'");
    change("UPDATE enhanced_snapshot SET runtime = 'FLINK-unknown'");
}

static void repair_snapshots(void) {
    change("UPDATE snapshot SET runtime = 'FLINK-1_20'");
    change("UPDATE enhanced_snapshot SET runtime = 'FLINK-1_20'");
}

static bool create_snapshot(const char *name) {
    return fake_world_take_snapshot(&world, "a", name, &err);
}

Test(unreadable, no_snapshot_is_begun_beside_one_that_may_be_in_progress) {
    cr_assert(create_snapshot("s"), "%s", err.message);
    damage_snapshots();
    cr_assert(not(create_snapshot("t")));
    cr_assert(eq(int, err.kind, ERROR_UNAVAILABLE));
    repair_snapshots();
    cr_assert(not(create_snapshot("t")));
    cr_assert(eq(int, err.kind, world.uses_enhanced ? ERROR_LIMIT : ERROR_CONFLICT));
}

Test(unreadable, no_name_of_a_snapshot_is_taken_for_free) {
    cr_assert(create_snapshot("s"), "%s", err.message);
    damage_snapshots();
    cr_assert(not(create_snapshot("s")));
    cr_assert(eq(int, err.kind, ERROR_UNAVAILABLE));
}

Test(unreadable, no_name_of_an_application_is_taken_for_free) {
    change("UPDATE placement SET phase = 'unknown'");
    cr_assert(not(fake_world_create(&world, "a", &err)));
    cr_assert(eq(int, err.kind, ERROR_UNAVAILABLE));
    change("UPDATE placement SET phase = 'UP'");
    cr_assert(not(fake_world_create(&world, "a", &err)));
    cr_assert(eq(int, err.kind, ERROR_EXISTS));
}

Test(unreadable, no_job_goes_back_without_the_state_that_its_halt_left) {
    cr_assert(fake_world_update(&world, "a", "{}", &err), "%s", err.message);
    for (int turn = 0; turn < 100 && !fake_world_app(&world, "a").move.halted; turn++)
        fake_world_run(&world, 1);
    cr_assert(fake_world_app(&world, "a").move.halted);
    int count = fake_world_latest_count(&world, "a");
    damage_snapshots();
    cr_assert(not(fake_world_roll_back(&world, "a", &err)));
    cr_assert(eq(int, err.kind, ERROR_UNAVAILABLE));
    repair_snapshots();
    cr_assert(fake_world_roll_back(&world, "a", &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    cr_assert(ge(int, fake_clusters_running_count(world.clusters), count));
}

Test(unreadable, a_job_ends_only_with_its_open_snapshots) {
    cr_assert(create_snapshot("s"), "%s", err.message);
    cr_assert(fake_world_stop(&world, "a", true, &err), "%s", err.message);
    damage_snapshots();
    cr_assert(not(fake_world_run_until(&world, "a", APP_READY)));
    repair_snapshots();
    cr_assert(fake_world_run_until(&world, "a", APP_READY));
    struct snapshot snapshot;
    cr_assert(fake_world_find_snapshot(&world, "a", "s", &snapshot, &err));
    cr_assert(ne(int, snapshot.status, SNAPSHOT_CREATING));
}

Test(unreadable, an_application_that_is_not_there_is_reported_in_the_words_of_the_service) {
    struct app_detail detail;

    cr_assert(not(app_service_describe(world.service, &world.scope, "b", &detail, &err)));
    cr_assert(eq(int, err.kind, ERROR_NOT_FOUND));
    cr_assert(eq(str, err.message, "Application 'b' does not exist."));
}
