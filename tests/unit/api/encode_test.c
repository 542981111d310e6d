// Records as the service describes them.
#include "api/encode.h"

#include "base/json.h"
#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(encode, leaves_out_what_is_not_there_yet) {
    struct operation running = {.name = "StartApplication",
                                .status = OPERATION_IN_PROGRESS,
                                .started_at_ms = 1764000000999};
    AUTO(json_decref) json_t *object = encode_operation(&running);

    cr_assert(json_member(object, "EndTime") == NULL);
    cr_assert(json_member(object, "OperationFailureDetails") == NULL);
    cr_assert(eq(int, (int)json_int_or(object, "StartTime", 0), 1764000000));
}

static const char *mode_shown_for(const char *snapshots) {
    static char mode[64];
    struct app_detail detail = {.app = {.name = "a", .scope = {"000000000000", "us-east-1"}}};

    detail.version.config =
        json_pack("{s:{s:o}}", "ApplicationConfigurationDescription",
                  "ApplicationSnapshotConfigurationDescription", json_loads(snapshots, 0, NULL));
    AUTO(json_decref) json_t *object = encode_app_consuming(&detail);
    (void)text_copy(mode, sizeof mode,
                    json_text_or(json_path(object, "ApplicationConfigurationDescription",
                                           "ApplicationSnapshotConfigurationDescription", NULL),
                                 "SnapshotMode", "none"));
    return mode;
}

Test(encode, shows_the_mode_of_a_record_that_has_none) {
    cr_assert(eq(str, (char *)mode_shown_for("{\"SnapshotsEnabled\":true}"),
                 "APPLICATION_SNAPSHOTS_LEGACY"));
    cr_assert(eq(str,
                 (char *)mode_shown_for(
                     "{\"SnapshotsEnabled\":true,\"SnapshotMode\":\"ENHANCED_SNAPSHOTS\"}"),
                 "ENHANCED_SNAPSHOTS"));
}

static const char *restored_by(const char *snapshot_name, const char *member) {
    static char text[128];
    struct app_detail detail = {.app = {.name = "a",
                                        .scope = {"123456789012", "us-east-1"},
                                        .has_run_configuration = true,
                                        .run_configuration = {.restore_type = RESTORE_CUSTOM}}};

    (void)text_copy(detail.app.run_configuration.snapshot_name, APP_SNAPSHOT_NAME_SIZE,
                    snapshot_name);
    detail.version.config = json_pack("{s:{}}", "ApplicationConfigurationDescription");
    AUTO(json_decref) json_t *object = encode_app_consuming(&detail);
    const json_t *restore =
        json_path(object, "ApplicationConfigurationDescription", "RunConfigurationDescription",
                  "ApplicationRestoreConfigurationDescription", NULL);
    cr_assert(eq(int, (int)json_object_size(restore), 2));
    (void)text_copy(text, sizeof text, json_text_or(restore, member, "none"));
    return text;
}

Test(encode, names_the_restored_snapshot_as_its_mode_does) {
    cr_assert(eq(str, (char *)restored_by("s", "SnapshotName"), "s"));
    cr_assert(eq(str, (char *)restored_by("snapshot/s", "SnapshotArn"),
                 "arn:aws:kinesisanalytics:us-east-1:123456789012:snapshot/s"));
}

Test(encode, names_the_version_that_an_operation_made_when_it_is_over) {
    struct operation operation = {.name = "UpdateApplication",
                                  .status = OPERATION_IN_PROGRESS,
                                  .version_from = 1,
                                  .version_to = 2,
                                  .error = "no"};
    AUTO(json_decref) json_t *running = encode_operation(&operation);
    operation.status = OPERATION_FAILED;
    AUTO(json_decref) json_t *failed = encode_operation(&operation);

    cr_assert(json_member(running, "ApplicationVersionChangeDetails") == NULL);
    const json_t *change = json_member(failed, "ApplicationVersionChangeDetails");
    cr_assert(eq(int, (int)json_int_or(change, "ApplicationVersionUpdatedFrom", 0), 1));
    cr_assert(eq(int, (int)json_int_or(change, "ApplicationVersionUpdatedTo", 0), 2));
}
