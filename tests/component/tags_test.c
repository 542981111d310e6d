// Tags that are rules of an application.
#include "base/cleanup.h"
#include "controller/service/service.h"
#include "fakes/fake_world.h"
#include "model/arn.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static struct fake_world world;
static struct error err;
static char arn[ARN_SIZE];

static const char KEY[] = "kobel:snapshot-retention";

static void set_up(void) {
    static const char *const names[] = {"first", "second", "third"};

    fake_world_open(&world);
    cr_assert(fake_world_create(&world, "a", &err), "%s", err.message);
    cr_assert(fake_world_start(&world, "a", &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    for (size_t index = 0; index < COUNT_OF(names); index++) {
        cr_assert(fake_world_take_snapshot(&world, "a", names[index], &err), "%s", err.message);
        fake_world_run(&world, 4);
    }
    cr_assert(fake_world_stop(&world, "a", false, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_READY));
    fake_world_run(&world, 3);
    arn_of_app(&world.scope, "a", arn);
}

static void tear_down(void) {
    fake_world_close(&world);
}

TestSuite(tags, .init = set_up, .fini = tear_down);

static bool has_snapshot(const char *name) {
    struct snapshot snapshot;

    return fake_world_find_snapshot(&world, "a", name, &snapshot, &err);
}

static void tag(const char *value) {
    AUTO(json_decref) json_t *tags = json_new_array();
    json_t *one = json_new_object();

    json_put_text(one, "Key", KEY);
    json_put_text(one, "Value", value);
    json_add(tags, one);
    cr_assert(app_service_tag(world.service, &world.scope, arn, tags, &err), "%s", err.message);
}

static void untag(void) {
    AUTO(json_decref) json_t *keys = json_new_array();

    json_add(keys, json_new_text(KEY));
    cr_assert(app_service_untag(world.service, &world.scope, arn, keys, &err), "%s", err.message);
}

Test(tags, a_rule_holds_as_soon_as_it_is_set) {
    tag("keep=1");
    fake_world_run(&world, 2);
    cr_assert(not(has_snapshot("first") || has_snapshot("third")));
}

Test(tags, the_rule_of_the_daemon_holds_as_soon_as_that_of_the_application_is_removed) {
    tag("none");
    world.service->retention = (struct retention_policy){.keep = 1};
    fake_world_run(&world, 2);
    cr_assert(has_snapshot("first") && has_snapshot("third"));
    untag();
    fake_world_run(&world, 2);
    cr_assert(not(has_snapshot("first") || has_snapshot("third")));
}
