// Enhanced snapshots that the service makes for operations of an application.
#include "base/text.h"
#include "controller/service/service.h"
#include "fakes/fake_cluster_parts.h"
#include "fakes/fake_commands.h"
#include "fakes/fake_snapshots.h"
#include "fakes/fake_world_view.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static struct fake_world world;
static struct error err;

static void set_up(void) {
    fake_world_open(&world);
    world.uses_enhanced = true;
}

static void tear_down(void) {
    fake_world_close(&world);
}

TestSuite(system_snapshots, .init = set_up, .fini = tear_down);

enum { LISTED_MAX = 4 };
static struct enhanced_snapshot listed[LISTED_MAX]; // by list(), newest first

static size_t list(void) {
    struct enhanced_filter all = {.before_sequence = INT64_MAX};
    size_t count;

    cr_assert(app_service_snapshot_list(world.service, &world.scope, &all, listed, LISTED_MAX,
                                        &count, &err),
              "%s", err.message);
    return count;
}

static void stop(const char *name) {
    cr_assert(fake_world_stop(&world, name, false, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, name, APP_READY));
}

static void start(const char *name) {
    cr_assert(fake_world_start(&world, name, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, name, APP_RUNNING));
    fake_world_run(&world, 3);
}

Test(system_snapshots, name_the_operation_that_caused_them) {
    fake_world_create_running(&world, "a");
    stop("a");
    cr_assert(eq(sz, list(), 1));
    cr_assert(eq(int, listed[0].maker, MADE_BY_SYSTEM));
    cr_assert(text_starts_with(listed[0].name, "SYSTEMSNAPSHOT-a-"));
    struct snapshot_operation operation = fake_snapshots_newest_operation(&world, listed[0].name);
    cr_assert(eq(int, operation.kind, SNAPSHOT_OPERATION_SYSTEM_CREATE));
    cr_assert(eq(str, operation.app_operation_id, fake_world_operation(&world, "a").id));
    cr_assert(eq(str, operation.app_name, "a"));
}

static void check_newest_names_the_operation(const char *operation_name) {
    struct operation cause = fake_world_operation(&world, "a");

    cr_assert(ge(sz, list(), 1));
    struct snapshot_operation operation = fake_snapshots_newest_operation(&world, listed[0].name);
    cr_assert(eq(str, cause.name, (char *)operation_name));
    cr_assert(eq(int, operation.kind, SNAPSHOT_OPERATION_SYSTEM_CREATE));
    cr_assert(eq(str, operation.app_operation_id, cause.id));
}

Test(system_snapshots, name_the_update_and_the_scaling_that_caused_them) {
    fake_world_create_running(&world, "a");
    cr_assert(command_update_properties(&world, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    check_newest_names_the_operation("UpdateApplication");
    fake_world_keep_busy(&world);
    cr_assert(fake_world_run_until(&world, "a", APP_AUTOSCALING));
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    cr_assert(eq(sz, list(), 2));
    check_newest_names_the_operation("AutoScaling");
}

// An application's name is cut in them.
Test(system_snapshots, have_different_names_also_in_the_same_millisecond) {
    char names[2][APP_NAME_SIZE];

    for (int index = 0; index < 2; index++) {
        (void)text_format(names[index], sizeof names[index], "%080d-%d", 7, index);
        fake_world_create_running(&world, names[index]);
    }
    for (int index = 0; index < 2; index++)
        cr_assert(fake_world_stop(&world, names[index], false, &err), "%s", err.message);
    for (int index = 0; index < 2; index++)
        cr_assert(fake_world_run_until(&world, names[index], APP_READY));
    cr_assert(eq(sz, list(), 2));
    for (size_t index = 0; index < 2; index++) {
        cr_assert(eq(int, listed[index].status, SNAPSHOT_READY));
        cr_assert(text_starts_with(listed[index].name, "SYSTEMSNAPSHOT-0000"));
    }
    cr_assert(not(text_equal(listed[0].name, listed[1].name)));
    cr_assert(not(text_equal(listed[0].app_name, listed[1].app_name)));
}

Test(system_snapshots, are_not_the_latest_once_they_are_deleted) {
    struct snapshot_answer answer;

    fake_world_create_running(&world, "a");
    stop("a");
    start("a");
    stop("a");
    cr_assert(eq(sz, list(), 2));
    cr_assert(app_service_snapshot_delete(world.service, &world.scope, listed[0].name,
                                          listed[0].created_at_ms, &answer, &err),
              "%s", err.message);
    // Also while it is still DELETING.
    start("a");
    cr_assert(strstr(fake_clusters_restored_from(world.clusters), listed[1].id) != NULL);
}
