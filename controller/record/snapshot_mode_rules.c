#include "controller/record/snapshot_mode_rules.h"

#include "base/text.h"
#include "model/record.h"
#include "model/runtime_environment.h"

static bool is_enhanced(const char *mode) {
    return text_equal(mode, RECORD_SNAPSHOTS_ENHANCED);
}

// Other rules refuse a runtime that is not known.
static bool is_too_old(const char *runtime_name) {
    enum runtime_environment runtime;

    return runtime_environment_from_name(runtime_name, &runtime) &&
           !runtime_environment_has_enhanced_snapshots(runtime);
}

bool snapshot_mode_rules_check_create(const json_t *request, struct error *err) {
    const char *mode = json_text(
        json_path(request, "ApplicationConfiguration", "ApplicationSnapshotConfiguration", NULL),
        "SnapshotMode");
    const char *runtime = json_text_or(request, "RuntimeEnvironment", "");

    return !is_enhanced(mode) || !is_too_old(runtime) ||
           error_set(err, ERROR_INVALID,
                     "SnapshotMode ENHANCED_SNAPSHOTS needs RuntimeEnvironment FLINK-1_20 or "
                     "later, not %s.",
                     runtime);
}

bool snapshot_mode_rules_check_update(const json_t *config, const json_t *request,
                                      struct error *err) {
    const char *mode = json_text(json_path(request, "ApplicationConfigurationUpdate",
                                           "ApplicationSnapshotConfigurationUpdate", NULL),
                                 "SnapshotModeUpdate");
    const char *current = json_text_or(config, "RuntimeEnvironment", "");
    const char *next = json_text_or(request, "RuntimeEnvironmentUpdate", current);
    bool was_enhanced = record_uses_enhanced_snapshots(config);

    if (was_enhanced && mode != NULL && !is_enhanced(mode))
        return error_set(err, ERROR_INVALID,
                         "An application cannot go back from SnapshotMode ENHANCED_SNAPSHOTS to "
                         "%s. Only a rollback of the update that changed it does.",
                         mode);
    if (!was_enhanced && !is_enhanced(mode)) return true;
    if (!was_enhanced && is_too_old(current))
        return error_set(err, ERROR_INVALID,
                         "SnapshotMode ENHANCED_SNAPSHOTS needs RuntimeEnvironment FLINK-1_20 or "
                         "later. Update the runtime environment %s in a request of its own first.",
                         current);
    return !is_too_old(next) ||
           error_set(err, ERROR_INVALID,
                     "An application with SnapshotMode ENHANCED_SNAPSHOTS needs RuntimeEnvironment "
                     "FLINK-1_20 or later, not %s.",
                     next);
}
