// The numbers of versions: each is used once, and protects a client from what others did.
#include "base/memory.h"
#include "base/text.h"
#include "fakes/fake_commands.h"
#include "fakes/fake_world_view.h"

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

TestSuite(versions, .init = set_up, .fini = tear_down);

#define LABEL(label)                                                                               \
    "\"ApplicationConfigurationUpdate\":{\"EnvironmentPropertyUpdates\":{\"PropertyGroups\":[{"    \
    "\"PropertyGroupId\":\"g\",\"PropertyMap\":{\"k\":\"" label "\"}}]}}"

static int version(void) {
    return (int)fake_world_app(&world, "a").version;
}

static void run_until(enum app_status status) {
    cr_assert(fake_world_run_until(&world, "a", status));
    fake_world_run(&world, 3);
}

// An update of version 1 whose savepoint fails: the old job continues.
static void fail_an_update(void) {
    fake_clusters_fail_boots(world.clusters, true);
    cr_assert(fake_world_change(&world, "a", "{" LABEL("first") "}", &err), "%s", err.message);
    cr_assert(eq(int, version(), 2));
    run_until(APP_RUNNING);
    fake_clusters_fail_boots(world.clusters, false);
    cr_assert(eq(int, version(), 1));
}

static void expect_versions(const char *wanted) {
    struct app_version_summary list[10];
    char text[200] = "";
    size_t used = 0;
    size_t count;

    cr_assert(app_service_list_versions(world.service, &world.scope, "a", INT64_MAX, list, 10,
                                        &count, &err));
    for (size_t index = 0; index < count; index++) {
        (void)text_format(text + used, sizeof text - used, "%d:%s ", (int)list[index].version,
                          app_status_name(list[index].status));
        used = strlen(text);
    }
    cr_assert(eq(str, text, (char *)wanted));
}

Test(versions, one_that_was_taken_back_keeps_its_number) {
    fake_world_create_running(&world, "a");
    fail_an_update();
    expect_versions("2:ROLLED_BACK 1:RUNNING ");
    struct operation failed = fake_world_operation(&world, "a");
    cr_assert(eq(int, failed.status, OPERATION_FAILED));
    cr_assert(eq(int, (int)failed.version_to, 2));
    AUTO(app_detail_release) struct app_detail detail = {0};
    cr_assert(app_service_describe_version(world.service, &world.scope, "a", 2, &detail, &err));
    cr_assert(eq(int, detail.app.status, APP_ROLLED_BACK));

    fake_world_crash(&world);
    cr_assert(fake_world_change(&world, "a", "{" LABEL("second") "}", &err), "%s", err.message);
    run_until(APP_RUNNING);
    cr_assert(eq(int, version(), 3));
    expect_versions("3:RUNNING 2:ROLLED_BACK 1:READY ");
    // It goes back to what ran before.
    cr_assert(command_roll_back(&world, &err), "%s", err.message);
    run_until(APP_RUNNING);
    AUTO(app_detail_release) struct app_detail back = {0};
    cr_assert(app_service_describe(world.service, &world.scope, "a", &back, &err));
    cr_assert(eq(int, (int)back.app.version, 4));
    cr_assert(eq(int, (int)back.version.rolled_back_to, 1));
}

Test(versions, one_that_was_taken_back_matches_nothing_later) {
    AUTO(app_detail_release) struct app_detail taken_back = {0};
    char by_token[256];

    fake_world_create_running(&world, "a");
    fail_an_update();
    cr_assert(app_service_describe_version(world.service, &world.scope, "a", 2, &taken_back, &err));
    (void)text_format(by_token, sizeof by_token, "{\"ConditionalToken\":\"%s\"," LABEL("x") "}",
                      taken_back.version.token);
    for (int turn = 0; turn < 2; turn++) {
        static const char by_number[] = "{\"CurrentApplicationVersionId\":2," LABEL("x") "}";
        cr_assert(not(fake_world_change(&world, "a", by_number, &err)));
        cr_assert(eq(int, err.kind, ERROR_STALE), "%s", err.message);
        cr_assert(not(fake_world_change(&world, "a", by_token, &err)));
        cr_assert(eq(int, err.kind, ERROR_STALE), "%s", err.message);
        if (turn == 1) break;
        cr_assert(fake_world_change(&world, "a", "{" LABEL("second") "}", &err), "%s", err.message);
        run_until(APP_RUNNING);
    }
    cr_assert(eq(int, version(), 3));
}

static void update_twice_at_once(void) {
    int before = version();
    char request[256];

    (void)text_format(request, sizeof request,
                      "{\"CurrentApplicationVersionId\":%d," LABEL("winner") "}", before);
    cr_assert(fake_world_change(&world, "a", request, &err), "%s", err.message);
    (void)text_format(request, sizeof request,
                      "{\"CurrentApplicationVersionId\":%d," LABEL("other") "}", before);
    cr_assert(not(fake_world_change(&world, "a", request, &err)));
    cr_assert(eq(int, err.kind, ERROR_STALE), "%s", err.message);
    AUTO(app_detail_release) struct app_detail detail = {0};
    cr_assert(app_service_describe(world.service, &world.scope, "a", &detail, &err));
    cr_assert(eq(int, (int)detail.app.version, before + 1));
    AUTO(memory_free) char *config = json_print(detail.version.config);
    cr_assert(strstr(config, "winner") != NULL && strstr(config, "other") == NULL);
}

Test(versions, of_two_updates_at_once_one_wins) {
    cr_assert(fake_world_create(&world, "a", &err), "%s", err.message);
    update_twice_at_once();
    cr_assert(fake_world_start(&world, "a", &err), "%s", err.message);
    run_until(APP_RUNNING);
    update_twice_at_once();
    run_until(APP_RUNNING);
    expect_versions("3:RUNNING 2:READY 1:READY ");
    // The winner's successor finds the application busy, not itself stale.
    cr_assert(command_update(&world, &err), "%s", err.message);
    cr_assert(not(command_update(&world, &err)));
    cr_assert(eq(int, err.kind, ERROR_CONFLICT), "%s", err.message);
}
