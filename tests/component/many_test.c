// Many applications on a small machine: after the daemon's death they are recovered in turn and
// within the memory budget.
#include "base/text.h"
#include "fakes/fake_world_view.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

enum { APPS = 40 };

static struct fake_world world;
static struct error err;

static void set_up(void) {
    fake_world_open(&world);
}

static void tear_down(void) {
    fake_world_close(&world);
}

TestSuite(many, .init = set_up, .fini = tear_down);

static const char *name_of(int number) {
    static char name[8];

    (void)text_format(name, sizeof name, "a%d", number);
    return name;
}

static void set_budget(int64_t bytes) {
    world.memory_budget_bytes = bytes;
    fake_world_crash(&world);
}

static void create_running(int count) {
    for (int number = 0; number < count; number++)
        fake_world_create_running(&world, name_of(number));
}

static int count_up(int count) {
    int up = 0;

    for (int number = 0; number < count; number++)
        up += fake_world_app(&world, name_of(number)).slots[SLOT_CURRENT].phase == PLACEMENT_UP;
    return up;
}

// Two boots at a time take 3 s, 40 at a time more than a minute, which exceeds the limit of a boot:
// launched at the same time, all would be lost again and again.
Test(many, are_recovered_after_the_death_of_the_daemon) {
    set_budget((int64_t)64 << 30);
    create_running(APPS);
    fake_clusters_slow_boots(world.clusters, 12, 2, 200);
    fake_clusters_admit(world.clusters, 2);
    fake_world_crash(&world);
    fake_world_run(&world, 1);
    cr_assert(eq(int, count_up(APPS), 0));
    int turns = 1;
    while (count_up(APPS) < APPS && turns < 1000) {
        fake_world_run(&world, 4);
        turns += 4;
    }
    cr_assert(eq(int, count_up(APPS), APPS), "after %d turns", turns);
    // One boot follows another with hardly a pause.
    cr_assert(turns < APPS / 2 * 12 * 2, "%d turns", turns);
    for (int number = 0; number < APPS; number++)
        cr_assert(eq(int, (int)fake_world_app(&world, name_of(number)).recoveries, 0));
}

Test(many, are_recovered_within_the_memory_budget_and_report_what_they_wait_for) {
    const struct capacity_port capacity = fake_clusters_capacity(world.clusters);

    create_running(4);
    int64_t each_bytes = capacity_memory_used_bytes(&capacity) / 4;
    set_budget(each_bytes * 3);
    fake_world_run(&world, 60);
    cr_assert(eq(int, count_up(4), 3));
    cr_assert(capacity_memory_used_bytes(&capacity) <= each_bytes * 3);
    int waiting = 0;
    while (fake_world_app(&world, name_of(waiting)).slots[SLOT_CURRENT].phase == PLACEMENT_UP)
        waiting++;
    cr_assert(
        eq(int,
           fake_world_count_events(&world, name_of(waiting), "phase", "QUEUED", "waits for memory"),
           1));
    fake_world_expect_trouble(&world, name_of(waiting), "waits for memory");

    // It is launched as soon as there is room.
    cr_assert(fake_world_stop(&world, name_of(waiting == 0 ? 1 : 0), true, &err));
    fake_world_run(&world, 40);
    cr_assert(eq(int, count_up(4), 3));
    cr_assert(
        eq(int, fake_world_app(&world, name_of(waiting)).slots[SLOT_CURRENT].phase, PLACEMENT_UP));
}

Test(many, boot_in_the_order_in_which_they_were_started) {
    fake_clusters_slow_boots(world.clusters, 4, 8, 1000);
    fake_clusters_admit(world.clusters, 1);
    for (int number = 0; number < 6; number++) {
        cr_assert(fake_world_create(&world, name_of(number), &err));
        cr_assert(fake_world_start(&world, name_of(number), &err));
        fake_world_run(&world, 1);
    }
    for (int number = 0; number < 6; number++) {
        cr_assert(fake_world_run_until(&world, name_of(number), APP_RUNNING));
        for (int later = number + 2; later < 6; later++)
            cr_assert(eq(int, fake_world_app(&world, name_of(later)).status, APP_STARTING));
    }
}

// The daemon dies before all can boot: each is launched in one of its lives.
Test(many, are_all_launched_although_the_daemon_keeps_dying) {
    create_running(6);
    fake_clusters_slow_boots(world.clusters, 8, 8, 1000);
    fake_clusters_admit(world.clusters, 2);
    int64_t clusters[6];
    for (int number = 0; number < 6; number++)
        clusters[number] = fake_world_app(&world, name_of(number)).cluster_count;
    for (int life = 0; life < 6; life++) {
        fake_world_crash(&world);
        fake_world_run(&world, 4);
    }
    for (int number = 0; number < 6; number++)
        cr_assert(gt(long, (long)fake_world_app(&world, name_of(number)).cluster_count,
                     (long)clusters[number]),
                  "%s has not been launched", name_of(number));
}

// One that is stopped or deleted while it waits does not delay the others.
Test(many, are_not_delayed_by_one_that_was_stopped_or_deleted) {
    fake_clusters_slow_boots(world.clusters, 8, 8, 1000);
    fake_clusters_admit(world.clusters, 1);
    for (int number = 0; number < 4; number++) {
        cr_assert(fake_world_create(&world, name_of(number), &err));
        cr_assert(fake_world_start(&world, name_of(number), &err));
        fake_world_run(&world, 1);
    }
    struct app app = fake_world_app(&world, name_of(1));
    cr_assert(app_service_delete(world.service, &world.scope, name_of(1), app.created_at_ms / 1000,
                                 &err));
    cr_assert(fake_world_stop(&world, name_of(2), true, &err));
    cr_assert(fake_world_run_until(&world, name_of(3), APP_RUNNING));
    cr_assert(eq(int, fake_world_app(&world, name_of(2)).status, APP_READY));
}
