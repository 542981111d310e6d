// The key of an application, of its versions and of its snapshots.
#include "base/text.h"
#include "fakes/fake_commands.h"
#include "fakes/fake_world_view.h"
#include "model/record.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static const char FIRST[] = "arn:aws:kms:us-east-1:000000000000:key/first";

static struct fake_world world;
static struct error err;

static void set_up(void) {
    fake_world_open(&world);
}

static void tear_down(void) {
    fake_world_close(&world);
}

TestSuite(encryption, .init = set_up, .fini = tear_down);

static bool change_key(const char *members) {
    char update[300];

    (void)text_format(update, sizeof update, "{\"ApplicationEncryptionConfigurationUpdate\":{%s}}",
                      members);
    return fake_world_update(&world, "a", update, &err);
}

static void expect_key(const char *wanted) {
    AUTO(app_detail_release) struct app_detail detail = {0};

    cr_assert(app_service_describe(world.service, &world.scope, "a", &detail, &err), "%s",
              err.message);
    cr_assert(eq(str, (char *)record_key_arn(detail.version.config), (char *)wanted));
}

static void take_snapshot(const char *name) {
    cr_assert(fake_world_take_snapshot(&world, "a", name, &err), "%s", err.message);
    fake_world_run(&world, 4);
}

static void expect_key_of_snapshot(const char *name, const char *wanted) {
    struct snapshot snapshot;

    cr_assert(fake_world_find_snapshot(&world, "a", name, &snapshot, &err), "%s", err.message);
    cr_assert(eq(str, snapshot.key_arn, (char *)wanted));
}

Test(encryption, a_snapshot_keeps_the_key_that_it_was_taken_under) {
    struct snapshot list[8];
    size_t count = 0;

    fake_world_create_running(&world, "a");
    take_snapshot("before");
    cr_assert(change_key("\"KeyTypeUpdate\":\"CUSTOMER_MANAGED_KEY\",\"KeyIdUpdate\":"
                         "\"arn:aws:kms:us-east-1:000000000000:key/first\""),
              "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    expect_key(FIRST);
    take_snapshot("under");
    cr_assert(change_key("\"KeyTypeUpdate\":\"AWS_OWNED_KEY\""), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    expect_key("");
    take_snapshot("after");

    expect_key_of_snapshot("before", "");
    expect_key_of_snapshot("under", FIRST);
    expect_key_of_snapshot("after", "");
    cr_assert(app_service_list_snapshots(world.service, &world.scope, "a", INT64_MAX, list,
                                         COUNT_OF(list), &count, &err));
    for (size_t index = 0; index < count; index++)
        cr_assert(eq(str, list[index].key_arn, (char *)(list[index].version == 2 ? FIRST : "")),
                  "%s", list[index].name);
}

Test(encryption, a_key_stays_where_an_update_names_none) {
    cr_assert(fake_world_create(&world, "a", &err), "%s", err.message);
    cr_assert(change_key("\"KeyTypeUpdate\":\"CUSTOMER_MANAGED_KEY\",\"KeyIdUpdate\":\"first\""),
              "%s", err.message);
    cr_assert(change_key("\"KeyTypeUpdate\":\"CUSTOMER_MANAGED_KEY\""), "%s", err.message);
    cr_assert(fake_world_update(&world, "a", "{}", &err), "%s", err.message);
    AUTO(app_detail_release) struct app_detail detail = {0};
    cr_assert(app_service_describe(world.service, &world.scope, "a", &detail, &err));
    cr_assert(text_ends_with(record_key_arn(detail.version.config), ":key/first"));
}

Test(encryption, a_customers_key_that_is_missing_or_malformed_is_refused) {
    cr_assert(fake_world_create(&world, "a", &err), "%s", err.message);
    cr_assert(not(change_key("\"KeyTypeUpdate\":\"CUSTOMER_MANAGED_KEY\"")));
    cr_assert(eq(int, err.kind, ERROR_INVALID));
    cr_assert(
        not(change_key("\"KeyTypeUpdate\":\"CUSTOMER_MANAGED_KEY\",\"KeyIdUpdate\":\"a/b\"")));
    cr_assert(eq(int, err.kind, ERROR_INVALID));
    expect_key("");
}
