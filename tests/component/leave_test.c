// A stop by force and a deletion end every move, at any turn.
#include "fakes/fake_commands.h"

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

TestSuite(leave, .init = set_up, .fini = tear_down);

static enum app_status status(void) {
    return fake_world_app(&world, "a").status;
}

// An update is rolled back by its user, and the job of the version before never has its vertices
// RUNNING.
static void hang_while_rolling_back(void) {
    fake_world_create_running(&world, "a");
    cr_assert(command_update_properties(&world, &err), "%s", err.message);
    fake_clusters_hang_jobs(world.clusters, true);
    fake_world_run(&world, 20);
    cr_assert(eq(int, status(), APP_UPDATING));
    cr_assert(fake_world_roll_back(&world, "a", &err), "%s", err.message);
    fake_world_run(&world, 20);
    cr_assert(eq(int, status(), APP_ROLLING_BACK));
}

Test(leave, a_roll_back_that_hangs_can_be_stopped_by_force) {
    hang_while_rolling_back();
    cr_assert(fake_world_stop(&world, "a", true, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_READY));
    cr_assert(eq(int, fake_clusters_count(world.clusters), 0));
    fake_clusters_hang_jobs(world.clusters, false);
    cr_assert(fake_world_start(&world, "a", &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
}

Test(leave, a_roll_back_that_hangs_can_be_deleted) {
    hang_while_rolling_back();
    cr_assert(command_delete(&world, &err), "%s", err.message);
    fake_world_run(&world, 5);
    cr_assert(eq(int, status(), APP_STATUS_COUNT));
    cr_assert(eq(int, fake_clusters_count(world.clusters), 0));
}

Test(leave, a_delayed_application_can_be_stopped_by_force_or_deleted) {
    fake_world_create_running(&world, "a");
    cr_assert(app_service_inject(world.service, &world.scope, "a", "delay", 3600000, &err), "%s",
              err.message);
    fake_world_run(&world, 3);
    cr_assert(fake_world_stop(&world, "a", true, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_READY));
    cr_assert(app_service_inject(world.service, &world.scope, "a", "delay", 3600000, &err));
    cr_assert(command_delete(&world, &err), "%s", err.message);
    fake_world_run(&world, 5);
    cr_assert(fake_world_create(&world, "a", &err), "it is gone");
    cr_assert(not(app_service_inject(world.service, &world.scope, "a", "delay", INT64_MAX, &err)));
    cr_assert(eq(int, err.kind, ERROR_INVALID));
}

// Gives the command, lets it get so far, and leaves by force.
static void leave(command_fn *command, int turns, bool deletes) {
    if (command != command_start) fake_world_create_running(&world, "a");
    if (command == command_start)
        cr_assert(fake_world_create(&world, "a", &err), "%s", err.message);
    if (command == command_roll_back) {
        cr_assert(command_update_properties(&world, &err), "%s", err.message);
        cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    }
    cr_assert(command(&world, &err), "%s", err.message);
    fake_world_run(&world, turns);
    if (status() == APP_READY && !deletes) return;
    if (deletes)
        cr_assert(command_delete(&world, &err), "after %d turns: %s", turns, err.message);
    else
        cr_assert(fake_world_stop(&world, "a", true, &err), "after %d turns: %s", turns,
                  err.message);
    fake_world_run(&world, 5);
    cr_assert(eq(int, status(), deletes ? APP_STATUS_COUNT : APP_READY), "after %d turns", turns);
    cr_assert(eq(int, fake_clusters_count(world.clusters), 0), "after %d turns", turns);
}

Test(leave, each_move_can_be_left_at_any_turn) {
    static command_fn *const commands[] = {command_start, command_stop, command_update_properties,
                                           command_roll_back};

    for (size_t index = 0; index < sizeof commands / sizeof commands[0]; index++)
        for (int turns = 0; turns < 8; turns++)
            for (int deletes = 0; deletes < 2; deletes++) {
                leave(commands[index], turns, deletes);
                tear_down();
                set_up();
            }
}
