#include "controller/record/run_config.h"

#include "base/text.h"
#include "model/arn.h"

static bool read_application_snapshot(const json_t *restore, struct run_configuration *run,
                                      struct error *err) {
    const char *snapshot = json_text(restore, "SnapshotName");

    if (json_member(restore, "SnapshotArn") != NULL)
        return error_set(err, ERROR_INVALID,
                         "SnapshotArn is only for applications with SnapshotMode "
                         "ENHANCED_SNAPSHOTS. Use SnapshotName.");
    if (snapshot == NULL)
        return error_set(err, ERROR_INVALID,
                         "SnapshotName is required with RESTORE_FROM_CUSTOM_SNAPSHOT.");
    (void)text_copy(run->snapshot_name, sizeof run->snapshot_name, snapshot);
    return true;
}

static bool read_enhanced_snapshot(const json_t *restore, const struct app_scope *scope,
                                   struct run_configuration *run, struct error *err) {
    const char *arn = json_text(restore, "SnapshotArn");
    struct app_scope named;
    char name[ENHANCED_NAME_SIZE];
    char own[ARN_SIZE];

    if (json_member(restore, "SnapshotName") != NULL)
        return error_set(err, ERROR_INVALID,
                         "SnapshotName is not for applications with SnapshotMode "
                         "ENHANCED_SNAPSHOTS. Use SnapshotArn.");
    if (arn == NULL)
        return error_set(err, ERROR_INVALID,
                         "SnapshotArn is required with RESTORE_FROM_CUSTOM_SNAPSHOT, as the "
                         "application has SnapshotMode ENHANCED_SNAPSHOTS.");
    if (!arn_parse_snapshot(arn, &named, name, err)) return false;
    arn_of_snapshot(scope, name, own);
    if (!text_equal(arn, own))
        return error_set(err, ERROR_INVALID,
                         "Snapshot '%s' is not of the account and Region of the application.", arn);
    enhanced_snapshot_row_name(name, run->snapshot_name);
    return true;
}

bool run_config_read(const json_t *run_configuration, const struct app_scope *scope,
                     bool uses_enhanced, struct run_configuration *out_run, struct error *err) {
    const json_t *restore = json_member(run_configuration, "ApplicationRestoreConfiguration");
    const char *type =
        json_text_or(restore, "ApplicationRestoreType", restore_type_name(RESTORE_LATEST));
    struct run_configuration run = {.restore_type = RESTORE_LATEST};

    if (json_array_size(json_member(run_configuration, "SqlRunConfigurations")) > 0)
        return error_set(err, ERROR_INVALID,
                         "SqlRunConfigurations are not valid for a Flink application.");
    if (!restore_type_from_name(type, &run.restore_type))
        return error_set(err, ERROR_INVALID, "Restore type '%s' is not known.", type);
    if (run.restore_type == RESTORE_CUSTOM &&
        !(uses_enhanced ? read_enhanced_snapshot(restore, scope, &run, err)
                        : read_application_snapshot(restore, &run, err)))
        return false;
    run.allow_non_restored_state = json_bool_or(
        json_member(run_configuration, "FlinkRunConfiguration"), "AllowNonRestoredState", false);
    *out_run = run;
    return true;
}
