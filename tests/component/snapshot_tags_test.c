// Tags of enhanced snapshots (facts/api.md 12.2).
#include "base/cleanup.h"
#include "base/text.h"
#include "controller/service/service.h"
#include "fakes/fake_world.h"
#include "model/arn.h"
#include "storage/enhanced_snapshot_store.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static struct fake_world world;
static struct error err;
static struct enhanced_snapshot snapshot;
static char arn[ARN_SIZE];

static void set_up(void) {
    fake_world_open(&world);
    snapshot = (struct enhanced_snapshot){
        .id = "snapshot0001", .scope = world.scope, .name = "s", .status = SNAPSHOT_READY};
    cr_assert(enhanced_snapshot_store_add(world.service->db, &snapshot, &err), "%s", err.message);
    arn_of_snapshot(&world.scope, "s", arn);
}

static void tear_down(void) {
    fake_world_close(&world);
}

TestSuite(snapshot_tags, .init = set_up, .fini = tear_down);

static bool tag(const char *of, const char *key) {
    AUTO(json_decref) json_t *tags = json_pack("[{s:s,s:s}]", "Key", key, "Value", "v");

    return app_service_tag(world.service, &world.scope, of, tags, &err);
}

static bool untag(const char *of, const char *key) {
    AUTO(json_decref) json_t *keys = json_pack("[s]", key);

    return app_service_untag(world.service, &world.scope, of, keys, &err);
}

static size_t count(const char *of) {
    AUTO(json_decref) json_t *tags = NULL;

    cr_assert(app_service_list_tags(world.service, &world.scope, of, &tags, &err), "%s",
              err.message);
    return json_array_size(tags);
}

static void set_status(enum snapshot_status status) {
    snapshot.status = status;
    cr_assert(enhanced_snapshot_store_save(world.service->db, &snapshot, &err), "%s", err.message);
}

Test(snapshot_tags, are_set_and_removed_by_its_arn) {
    cr_assert(tag(arn, "a") && tag(arn, "b") && tag(arn, "a"), "%s", err.message);
    cr_assert(eq(sz, count(arn), 2));
    cr_assert(untag(arn, "a"), "%s", err.message);
    cr_assert(eq(sz, count(arn), 1));
}

Test(snapshot_tags, are_not_those_of_an_application_of_the_name) {
    char app_arn[ARN_SIZE];

    cr_assert(fake_world_create(&world, "s", &err), "%s", err.message);
    arn_of_app(&world.scope, "s", app_arn);
    cr_assert(tag(arn, "a"), "%s", err.message);
    cr_assert(eq(sz, count(app_arn), 0));
}

Test(snapshot_tags, may_change_until_it_is_deleting) {
    set_status(SNAPSHOT_CREATING);
    cr_assert(tag(arn, "a"), "%s", err.message);
    set_status(SNAPSHOT_FAILED);
    cr_assert(tag(arn, "b"), "%s", err.message);
    set_status(SNAPSHOT_DELETING);
    cr_assert(not(tag(arn, "c")));
    cr_assert(eq(int, err.kind, ERROR_CONFLICT));
    cr_assert(not(untag(arn, "a")));
    cr_assert(eq(int, err.kind, ERROR_CONFLICT));
    cr_assert(eq(sz, count(arn), 2));
}

Test(snapshot_tags, are_fifty_at_most) {
    char key[8];

    for (int index = 0; index < 50; index++) {
        (void)text_format(key, sizeof key, "k%d", index);
        cr_assert(tag(arn, key), "%s", err.message);
    }
    cr_assert(not(tag(arn, "more")));
    cr_assert(eq(int, err.kind, ERROR_TOO_MANY));
    cr_assert(tag(arn, "k0"), "%s", err.message);
}

Test(snapshot_tags, need_a_snapshot_of_the_caller) {
    static const struct {
        const char *arn;
        enum error_kind kind;
    } rows[] = {
        {"arn:aws:kinesisanalytics:us-east-1:000000000000:snapshot/other", ERROR_NOT_FOUND},
        {"arn:aws:kinesisanalytics:us-east-1:999999999999:snapshot/s", ERROR_NOT_FOUND},
        {"arn:aws:kinesisanalytics:ap-south-1:000000000000:snapshot/s", ERROR_NOT_FOUND},
        {"arn:aws:kinesisanalytics:us-east-1:000000000000:snapshot/s/t", ERROR_INVALID},
    };

    for (size_t index = 0; index < COUNT_OF(rows); index++) {
        AUTO(json_decref) json_t *tags = NULL;
        cr_assert(not(tag(rows[index].arn, "a")));
        cr_assert(eq(int, err.kind, rows[index].kind), "%s", err.message);
        cr_assert(
            not(app_service_list_tags(world.service, &world.scope, rows[index].arn, &tags, &err)));
        cr_assert(eq(int, err.kind, rows[index].kind), "%s", err.message);
    }
}
