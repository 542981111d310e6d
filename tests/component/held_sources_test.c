// The tag by which the sources of an application read nothing.
#include "base/text.h"
#include "fakes/fake_commands.h"
#include "fakes/fake_world.h"
#include "fakes/fake_world_view.h"
#include "model/arn.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static struct fake_world world;
static struct error err;

static void set_up(void) {
    fake_world_open(&world);
    cr_assert(fake_world_create(&world, "a", &err), "%s", err.message);
}

static void tear_down(void) {
    fake_world_close(&world);
}

TestSuite(held_sources, .init = set_up, .fini = tear_down);

static void tag(const char *value) {
    AUTO(json_decref) json_t *tags = json_new_array();
    json_t *one = json_new_object();
    char arn[ARN_SIZE];

    arn_of_app(&world.scope, "a", arn);
    json_put_text(one, "Key", "kobel:hold-sources");
    json_put_text(one, "Value", value);
    json_add(tags, one);
    cr_assert(app_service_tag(world.service, &world.scope, arn, tags, &err), "%s", err.message);
}

static void start(void) {
    cr_assert(fake_world_start(&world, "a", &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
}

static bool are_held(void) {
    AUTO(json_decref) json_t *shown = fake_world_show(&world, "a");
    const json_t *held = json_member(json_member(shown, "current"), "sourcesHeld");

    cr_assert(held != NULL, "it is not shown");
    return json_is_true(held);
}

static bool is_recorded(void) {
    AUTO(json_decref) json_t *event = fake_world_find_event(&world, "a", "move", "PREPARE");

    cr_assert(event != NULL);
    return json_bool_or(event, "sourcesHeld", false);
}

Test(held_sources, without_the_tag_they_read) {
    start();
    cr_assert(not(are_held() || is_recorded()));
}

Test(held_sources, the_tag_holds_them_and_the_history_says_so) {
    tag("true");
    start();
    cr_assert(are_held() && is_recorded());
}

Test(held_sources, only_the_value_false_lets_them_read) {
    char longest[257] = "";

    memset(longest, 'x', sizeof longest - 1);
    for (const char *const *value = (const char *const[]){"", "yes", "False", longest, NULL};
         *value != NULL; value++) {
        tag(*value);
        start();
        cr_assert(are_held(), "'%s'", *value);
        cr_assert(fake_world_stop(&world, "a", true, &err), "%s", err.message);
        cr_assert(fake_world_run_until(&world, "a", APP_READY));
    }
    tag("false");
    start();
    cr_assert(not(are_held()));
}

Test(held_sources, a_cluster_keeps_what_it_was_launched_with) {
    start();
    tag("true");
    fake_world_run(&world, 4);
    cr_assert(not(are_held()));
    cr_assert(command_update(&world, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    cr_assert(are_held());
}

Test(held_sources, they_stay_held_when_a_cluster_or_the_daemon_dies) {
    tag("true");
    start();
    fake_world_lose_cluster(&world, "a");
    fake_world_run(&world, 40);
    cr_assert(are_held());
    fake_world_crash(&world);
    fake_world_run(&world, 40);
    cr_assert(are_held());
}

Test(held_sources, no_spare_is_kept_for_them_and_their_cluster_is_not_primed) {
    tag("true");
    int asked = fake_clusters_spares_asked(world.clusters);
    start();
    cr_assert(command_update(&world, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    cr_assert(eq(int, fake_clusters_spares_asked(world.clusters), asked));
    cr_assert(eq(int, fake_clusters_primed(world.clusters), 0));
    tag("false");
    cr_assert(command_update_properties(&world, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    cr_assert(gt(int, fake_clusters_spares_asked(world.clusters), asked));
    cr_assert(eq(int, fake_clusters_primed(world.clusters), 1));
}
