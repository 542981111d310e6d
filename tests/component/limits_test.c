// What hangs or cannot be done: it ends, it is told, and its user can leave it at any time.
#include "base/text.h"
#include "fakes/fake_world.h"
#include "storage/event_store.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static struct fake_world world;
static struct error err;

static void set_up(void) {
    fake_world_open(&world);
}

static void tear_down(void) {
    fake_world_close(&world);
}

TestSuite(limits, .init = set_up, .fini = tear_down);

static const char PROPERTIES[] =
    "{\"EnvironmentPropertyUpdates\":{\"PropertyGroups\":[{\"PropertyGroupId\":\"g\","
    "\"PropertyMap\":{\"k\":\"v\"}}]}}";

static void bring_up(void) {
    cr_assert(fake_world_create(&world, "a", &err), "%s", err.message);
    cr_assert(fake_world_start(&world, "a", &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    fake_world_run(&world, 3);
}

static enum app_status status(void) {
    return fake_world_app(&world, "a").status;
}

static bool delete_app(void) {
    struct app app = fake_world_app(&world, "a");

    return app_service_delete(world.service, &world.scope, "a", app.created_at_ms / 1000, &err);
}

// An update is rolled back by its user, and the job of the version before never has its vertices
// RUNNING.
static void hang_while_rolling_back(void) {
    bring_up();
    cr_assert(fake_world_update(&world, "a", PROPERTIES, &err), "%s", err.message);
    fake_clusters_hang_jobs(world.clusters, true);
    fake_world_run(&world, 20);
    cr_assert(eq(int, status(), APP_UPDATING));
    cr_assert(fake_world_roll_back(&world, "a", &err), "%s", err.message);
    fake_world_run(&world, 20);
    cr_assert(eq(int, status(), APP_ROLLING_BACK));
}

Test(limits, a_roll_back_that_hangs_can_be_stopped_by_force) {
    hang_while_rolling_back();
    cr_assert(fake_world_stop(&world, "a", true, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_READY));
    cr_assert(eq(int, fake_clusters_count(world.clusters), 0));
    fake_clusters_hang_jobs(world.clusters, false);
    cr_assert(fake_world_start(&world, "a", &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
}

Test(limits, a_roll_back_that_hangs_can_be_deleted) {
    hang_while_rolling_back();
    cr_assert(delete_app(), "%s", err.message);
    fake_world_run(&world, 5);
    cr_assert(eq(int, status(), APP_STATUS_COUNT));
    cr_assert(eq(int, fake_clusters_count(world.clusters), 0));
}

typedef bool command_fn(void);

static bool command_start(void) {
    return fake_world_start(&world, "a", &err);
}

static bool command_stop(void) {
    return fake_world_stop(&world, "a", false, &err);
}

static bool command_update(void) {
    return fake_world_update(&world, "a", PROPERTIES, &err);
}

static bool command_roll_back(void) {
    return fake_world_roll_back(&world, "a", &err);
}

// Gives the command, lets it get so far, and leaves by force.
static void leave(command_fn *command, int turns, bool deletes) {
    if (command != command_start) bring_up();
    if (command == command_start) cr_assert(fake_world_create(&world, "a", &err));
    if (command == command_roll_back) {
        cr_assert(command_update(), "%s", err.message);
        cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    }
    cr_assert(command(), "%s", err.message);
    fake_world_run(&world, turns);
    if (status() == APP_READY && !deletes) return;
    if (deletes)
        cr_assert(delete_app(), "after %d turns: %s", turns, err.message);
    else
        cr_assert(fake_world_stop(&world, "a", true, &err), "after %d turns: %s", turns,
                  err.message);
    fake_world_run(&world, 5);
    cr_assert(eq(int, status(), deletes ? APP_STATUS_COUNT : APP_READY), "after %d turns", turns);
    cr_assert(eq(int, fake_clusters_count(world.clusters), 0), "after %d turns", turns);
}

Test(limits, each_move_can_be_left_at_any_turn) {
    static command_fn *const commands[] = {command_start, command_stop, command_update,
                                           command_roll_back};

    for (size_t index = 0; index < sizeof commands / sizeof commands[0]; index++)
        for (int turns = 0; turns < 8; turns++)
            for (int deletes = 0; deletes < 2; deletes++) {
                leave(commands[index], turns, deletes);
                tear_down();
                set_up();
            }
}
