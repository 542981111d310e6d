// CreateSnapshot: a savepoint of an application that continues to run.
#include "controller/commands/app_service_snapshots.h"
#include "controller/commands/app_tags.h"
#include "controller/commands/snapshot_rules.h"
#include "controller/moves/move_begin.h"
#include "controller/moves/savepoint_check.h"
#include "controller/moves/snapshot_ledger.h"
#include "storage/app_store.h"
#include "storage/snapshot_store.h"

// The service declares no ResourceNotFoundException for this operation (facts/api.md 12.3).
static bool find_app(struct app_service *service, const struct app_scope *scope, const char *name,
                     struct app *out_app, struct error *err) {
    bool found;

    if (!app_store_find(service->db, scope, name, out_app, &found, err)) return false;
    return found || error_set(err, ERROR_INVALID, "Application '%s' does not exist.", name);
}

static bool check_app(const struct app *app, const struct job_spec *spec, struct error *err) {
    if (!runtime_environment_has_enhanced_snapshots(spec->runtime))
        return error_set(err, ERROR_CONFIGURATION,
                         "Application %s uses %s. Snapshots of this kind need Flink 1.20 or later.",
                         app->name, runtime_environment_name(spec->runtime));
    if (!spec->uses_enhanced_snapshots)
        return error_set(err, ERROR_CONFIGURATION,
                         "Application %s does not use ENHANCED_SNAPSHOTS. Use "
                         "CreateApplicationSnapshot, or change its SnapshotMode.",
                         app->name);
    if (app->status != APP_RUNNING)
        return error_set(err, ERROR_CONFLICT,
                         "Application %s is in %s status. Snapshot creation is only allowed when "
                         "application is in RUNNING status",
                         app->name, app_status_name(app->status));
    return true;
}

static bool check_one_at_a_time(struct app_service *service, const struct app *app,
                                struct error *err) {
    struct snapshot open;
    bool found;

    if (!snapshot_store_find_by_status(service->db, app->id, SNAPSHOT_CREATING, &open, &found, err))
        return false;
    return !found ||
           error_set(err, ERROR_LIMIT, "Snapshot %s of application %s is still in CREATING status",
                     open.name, app->name);
}

static bool check(struct app_service *service, const struct app *app, const struct job_spec *spec,
                  const char *name, const json_t *tags, struct error *err) {
    return check_app(app, spec, err) &&
           snapshot_rules_check_free(service, &app->scope, name, err) &&
           check_one_at_a_time(service, app, err) &&
           snapshot_rules_check_quota(service, &app->scope, err) &&
           snapshot_rules_check_tag_count(service, tags, err) &&
           savepoint_check_possible(service, app, err);
}

bool app_service_snapshot_create(struct app_service *service, const struct app_scope *scope,
                                 const json_t *request, struct snapshot_answer *out_answer,
                                 struct error *err) {
    const char *name = json_text_or(request, "SnapshotName", "");
    const json_t *tags = json_member(request, "Tags");
    AUTO(db_rollback) struct db_tx tx = {0};
    char row_name[APP_SNAPSHOT_NAME_SIZE];
    struct snapshot_ledger_entry entry;
    struct snapshot snapshot;
    struct job_spec spec;
    struct app app;

    if (!snapshot_rules_check_name(name, err) || !snapshot_rules_check_tags(tags, err))
        return false;
    if (!find_app(service, scope, json_text_or(request, "ApplicationName", ""), &app, err))
        return false;
    if (!service_load_spec(service, app.id, app.version, &spec, err)) return false;
    if (!check(service, &app, &spec, name, tags, err)) return false;
    enhanced_snapshot_row_name(name, row_name);
    snapshot_ledger_prepare(service, &app, app.version, &spec, row_name, &snapshot);
    if (!db_begin(service->db, &tx, err)) return false;
    if (!snapshot_ledger_open(service, &app, &snapshot, json_text(request, "SnapshotDescription"),
                              &entry, err))
        return false;
    if (!app_tags_set(service, entry.snapshot.id, tags, err)) return false;
    if (!db_commit(&tx, err)) return false;
    move_begin_wake(service, &app);
    *out_answer =
        (struct snapshot_answer){.snapshot = entry.snapshot, .operation = entry.operation};
    return true;
}
