// Snapshots by hand: taken, failed, deleted and limited in number.
#include "base/text.h"
#include "controller/moves/retention.h"
#include "controller/reconciler.h"
#include "controller/service/service.h"
#include "fakes/fake_world_view.h"
#include "storage/snapshot_store.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static struct fake_world world;
static struct error err;

static void set_up(void) {
    fake_world_open(&world);
}

static void tear_down(void) {
    fake_world_close(&world);
}

TestSuite(snapshots, .init = set_up, .fini = tear_down);

Test(snapshots, are_taken_by_hand_and_deleted) {
    fake_world_create_running(&world, "a");
    cr_assert(fake_world_take_snapshot(&world, "a", "s", &err), "%s", err.message);
    fake_world_run(&world, 4);
    struct snapshot snapshot = fake_world_newest_snapshot(&world, "a");
    cr_assert(text_ends_with(snapshot.name, "s"));
    cr_assert(not(fake_world_take_snapshot(&world, "a", "s", &err)));
    cr_assert(eq(int, err.kind, ERROR_EXISTS));
    cr_assert(
        not(fake_world_delete_snapshot(&world, "a", "s", snapshot.created_at_ms + 5000, &err)));
    cr_assert(
        fake_world_delete_snapshot(&world, "a", "s", snapshot.created_at_ms / 1000 * 1000, &err),
        "%s", err.message);
    fake_world_run(&world, 1);
    cr_assert(not(fake_world_find_snapshot(&world, "a", "s", &snapshot, &err)));
}

static void take(const char *name) {
    cr_assert(fake_world_take_snapshot(&world, "a", name, &err), "%s", err.message);
    fake_world_run(&world, 4);
}

Test(snapshots, are_listed_oldest_first_in_pages_that_others_do_not_move) {
    struct snapshot page[2];
    size_t count;

    world.uses_enhanced = false; // tests/component/enhanced_snapshots_test.c has these
    fake_world_create_running(&world, "a");
    take("one");
    take("two");
    take("three");
    cr_assert(
        app_service_list_snapshots(world.service, &world.scope, "a", 0, page, 2, &count, &err));
    cr_assert(eq(str, page[0].name, "one"));
    cr_assert(eq(str, page[1].name, "two"));
    // The row at which the next page starts goes, and another comes.
    cr_assert(fake_world_delete_snapshot(&world, "a", "two", page[1].created_at_ms, &err), "%s",
              err.message);
    take("two");
    cr_assert(app_service_list_snapshots(world.service, &world.scope, "a", page[1].sequence, page,
                                         2, &count, &err));
    cr_assert(eq(sz, count, 2));
    cr_assert(eq(str, page[0].name, "three"));
    cr_assert(eq(str, page[1].name, "two"));
}

Test(snapshots, are_kept_where_they_failed_but_only_the_newest) {
    struct snapshot list[RETENTION_FAILED_KEPT + 20];
    char name[32];
    size_t count;

    fake_world_create_running(&world, "a");
    fake_clusters_fail_savepoints(world.clusters, true);
    for (int number = 0; number < RETENTION_FAILED_KEPT + 10; number++) {
        (void)text_format(name, sizeof name, "s%d", number);
        cr_assert(fake_world_take_snapshot(&world, "a", name, &err), "%s", err.message);
        fake_world_run(&world, 4);
    }
    cr_assert(snapshot_store_list_newest(world.db, fake_world_app(&world, "a").id, INT64_MAX, list,
                                         RETENTION_FAILED_KEPT + 20, &count, &err));
    // Enhanced ones keep their names until the user deletes them.
    cr_assert(eq(sz, count, RETENTION_FAILED_KEPT + (world.uses_enhanced ? 10 : 0)));
    cr_assert(eq(int, text_ends_with(list[count - 1].name, "s10"), !world.uses_enhanced));
}

static enum snapshot_status status_of(const char *name) {
    struct snapshot snapshot;

    cr_assert(fake_world_find_snapshot(&world, "a", name, &snapshot, &err));
    return snapshot.status;
}

Test(snapshots, fail_when_the_cluster_dies_and_the_job_continues) {
    fake_world_create_running(&world, "a");
    cr_assert(fake_world_take_snapshot(&world, "a", "s", &err));
    reconciler_run_due(world.service);
    fake_world_lose_cluster(&world, "a");
    fake_world_run(&world, 8);
    cr_assert(eq(int, status_of("s"), SNAPSHOT_FAILED));
    cr_assert(eq(int, fake_world_app(&world, "a").status, APP_RUNNING));
}

Test(snapshots, are_asked_for_again_when_the_daemon_dies) {
    fake_world_create_running(&world, "a");
    cr_assert(fake_world_take_snapshot(&world, "a", "s", &err));
    reconciler_run_due(world.service);
    fake_world_crash(&world);
    fake_world_run(&world, 2);
    cr_assert(eq(int, status_of("s"), SNAPSHOT_CREATING));
    fake_world_run(&world, 8);
    cr_assert(eq(int, status_of("s"), SNAPSHOT_READY));
    cr_assert(eq(int, fake_world_app(&world, "a").status, APP_RUNNING));
}

static bool take_snapshot(const char *name) {
    bool is_taken = fake_world_take_snapshot(&world, "a", name, &err);

    fake_world_run(&world, 5);
    return is_taken;
}

Test(snapshots, are_limited_in_number_but_only_those_by_hand) {
    fake_world_create_running(&world, "a");
    world.service->limits.snapshots = 1;
    world.service->limits.enhanced_snapshots = 1;
    cr_assert(fake_world_stop(&world, "a", false, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_READY));
    cr_assert(fake_world_start(&world, "a", &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    fake_world_run(&world, 3);
    cr_assert(take_snapshot("one"), "%s", err.message);
    cr_assert(not(take_snapshot("two")));
    cr_assert(eq(int, err.kind, ERROR_LIMIT));
    AUTO(json_decref) json_t *body = fake_world_show(&world, "a");
    cr_assert(eq(int, (int)json_int_or(body, "snapshots", 0), 2));
}
