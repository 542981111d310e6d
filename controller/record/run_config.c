#include "controller/record/run_config.h"

#include "base/text.h"

bool run_config_read(const json_t *run_configuration, struct run_configuration *out_run,
                     struct error *err) {
    const json_t *restore = json_member(run_configuration, "ApplicationRestoreConfiguration");
    const char *type =
        json_text_or(restore, "ApplicationRestoreType", restore_type_name(RESTORE_LATEST));
    const char *snapshot = json_text(restore, "SnapshotName");
    struct run_configuration run = {.restore_type = RESTORE_LATEST};

    if (json_array_size(json_member(run_configuration, "SqlRunConfigurations")) > 0)
        return error_set(err, ERROR_INVALID,
                         "SqlRunConfigurations are not valid for a Flink application.");
    if (!restore_type_from_name(type, &run.restore_type))
        return error_set(err, ERROR_INVALID, "Restore type '%s' is not known.", type);
    if (run.restore_type == RESTORE_CUSTOM && snapshot == NULL)
        return error_set(err, ERROR_INVALID,
                         "SnapshotName is required with RESTORE_FROM_CUSTOM_SNAPSHOT.");
    if (run.restore_type == RESTORE_CUSTOM)
        (void)text_copy(run.snapshot_name, sizeof run.snapshot_name, snapshot);
    run.allow_non_restored_state = json_bool_or(
        json_member(run_configuration, "FlinkRunConfiguration"), "AllowNonRestoredState", false);
    *out_run = run;
    return true;
}
