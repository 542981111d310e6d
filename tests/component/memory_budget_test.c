// The memory budget: starts that exceed it, and updates where two clusters do not fit.
#include "fakes/fake_commands.h"

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

TestSuite(memory_budget, .init = set_up, .fini = tear_down);

Test(memory_budget, fails_a_start_that_exceeds_it) {
    cr_assert(fake_world_create(&world, "a", &err), "%s", err.message);
    world.memory_budget_bytes = 1000;
    fake_world_crash(&world);
    cr_assert(fake_world_start(&world, "a", &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_READY));
    cr_assert(strstr(fake_world_operation(&world, "a").error, "memory budget") != NULL);
}

Test(memory_budget, halts_before_it_prepares_where_two_clusters_do_not_fit) {
    cr_assert(fake_world_create(&world, "a", &err), "%s", err.message);
    world.memory_budget_bytes = (int64_t)1 << 30; // one cluster of the dev profile, not two
    fake_world_crash(&world);
    cr_assert(fake_world_start(&world, "a", &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    fake_world_run(&world, 3);
    int count = fake_clusters_running_count(world.clusters);

    cr_assert(command_update_properties(&world, &err), "%s", err.message);
    for (int turn = 0; turn < 20 && fake_world_app(&world, "a").status != APP_RUNNING; turn++) {
        fake_world_run(&world, 1);
        cr_assert(le(int, fake_clusters_count(world.clusters), 1));
    }
    cr_assert(eq(int, fake_world_app(&world, "a").status, APP_RUNNING));
    cr_assert(ge(int, fake_clusters_running_count(world.clusters), count));
}

// One cluster of the dev profile was promised more than half of this: two fit only where the one
// that runs is known to use less.
Test(memory_budget, counts_the_memory_in_use_of_a_running_cluster) {
    struct job_measurement load = {.vertex_count = 1, .memory_bytes = 1000};
    struct capacity_port capacity = fake_clusters_capacity(world.clusters);
    int most = 0;

    cr_assert(fake_world_create(&world, "a", &err), "%s", err.message);
    cr_assert(fake_world_start(&world, "a", &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    world.memory_budget_bytes = capacity_memory_used_bytes(&capacity) / 4 * 7;
    fake_world_crash(&world);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    fake_clusters_set_load(world.clusters, &load);
    fake_world_run(&world, 3);

    cr_assert(command_update_properties(&world, &err), "%s", err.message);
    for (int turn = 0; turn < 20 && fake_world_app(&world, "a").status != APP_RUNNING; turn++) {
        fake_world_run(&world, 1);
        if (fake_clusters_count(world.clusters) > most) most = fake_clusters_count(world.clusters);
    }
    cr_assert(eq(int, fake_world_app(&world, "a").status, APP_RUNNING));
    cr_assert(eq(int, most, 2));
}
