// Many applications on a small machine: they come back after the daemon's death, one after the
// other and within the memory budget.
#include "base/text.h"
#include "fakes/fake_world.h"
#include "storage/event_store.h"

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

static void bring_up(int count) {
    for (int number = 0; number < count; number++) {
        cr_assert(fake_world_create(&world, name_of(number), &err), "%s", err.message);
        cr_assert(fake_world_start(&world, name_of(number), &err), "%s", err.message);
        cr_assert(fake_world_run_until(&world, name_of(number), APP_RUNNING));
    }
    fake_world_run(&world, 3);
}

static int count_up(int count) {
    int up = 0;

    for (int number = 0; number < count; number++)
        up += fake_world_app(&world, name_of(number)).slots[SLOT_CURRENT].phase == PLACEMENT_UP;
    return up;
}

// Two boots at a time take 3 s, 40 at a time a minute and more, which no boot of this machine may
// take: launched all at once, they are lost together again and again.
Test(many, come_back_after_the_death_of_the_daemon) {
    set_budget((int64_t)64 << 30);
    bring_up(APPS);
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
    // A minute's worth of boots, with hardly a pause between two.
    cr_assert(turns < APPS / 2 * 12 * 2, "%d turns", turns);
    for (int number = 0; number < APPS; number++)
        cr_assert(eq(int, (int)fake_world_app(&world, name_of(number)).recoveries, 0));
}

// Events of one application with that phase and those words.
static int count_events(const char *name, const char *phase, const char *words) {
    AUTO(json_decref) json_t *events = NULL;
    struct app app = fake_world_app(&world, name);
    int count = 0;
    size_t index;
    json_t *event;

    cr_assert(event_store_list(world.db, app.id, 0, 1000, &events, &err), "%s", err.message);
    json_array_foreach(events, index, event) {
        count += text_equal(json_text(event, "phase"), phase) &&
                 strstr(json_text_or(event, "message", ""), words) != NULL;
    }
    return count;
}

Test(many, come_back_within_the_memory_budget_and_say_what_they_wait_for) {
    const struct capacity_port capacity = fake_clusters_capacity(world.clusters);

    bring_up(4);
    int64_t each_bytes = capacity_memory_used_bytes(&capacity) / 4;
    set_budget(each_bytes * 3);
    fake_world_run(&world, 60);
    cr_assert(eq(int, count_up(4), 3));
    cr_assert(capacity_memory_used_bytes(&capacity) <= each_bytes * 3);
    int waiting = 0;
    while (fake_world_app(&world, name_of(waiting)).slots[SLOT_CURRENT].phase == PLACEMENT_UP)
        waiting++;
    cr_assert(eq(int, count_events(name_of(waiting), "QUEUED", "waits for memory"), 1));
    AUTO(json_decref) json_t *body = NULL;
    cr_assert(app_service_show(world.service, &world.scope, name_of(waiting), &body, &err));
    cr_assert(strstr(json_text_or(body, "trouble", ""), "waits for memory") != NULL);

    // It is told that it may, as soon as there is room.
    cr_assert(fake_world_stop(&world, name_of(waiting == 0 ? 1 : 0), true, &err));
    fake_world_run(&world, 40);
    cr_assert(eq(int, count_up(4), 3));
    cr_assert(
        eq(int, fake_world_app(&world, name_of(waiting)).slots[SLOT_CURRENT].phase, PLACEMENT_UP));
}

Test(many, take_turns_in_the_order_in_which_they_came) {
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

// A daemon that dies more often than all of them can boot: nobody is the last each time.
Test(many, begin_in_turn_when_the_daemon_dies_again_and_again) {
    bring_up(6);
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

// Whoever waits and then does not want any more, or never again, is in nobody's way.
Test(many, are_not_held_up_by_one_that_has_gone) {
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
