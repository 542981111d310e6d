// CreateApplicationSnapshot and DeleteApplicationSnapshot.
#include "controller/commands/app_service_commands.h"
#include "controller/commands/app_service_queries.h"
#include "controller/moves/move_begin.h"
#include "controller/moves/restore.h"
#include "controller/moves/restore_points_remove.h"
#include "controller/moves/savepoint_check.h"
#include "controller/moves/snapshot_ledger.h"
#include "controller/service/service.h"
#include "storage/snapshot_store.h"

static bool check_create(struct app_service *service, const struct app *app,
                         const struct job_spec *spec, const char *snapshot_name,
                         struct error *err) {
    struct snapshot existing;
    int64_t count;
    bool found;

    if (spec->uses_enhanced_snapshots)
        return error_set(err, ERROR_UNSUPPORTED,
                         "Application %s uses ENHANCED_SNAPSHOTS. Use CreateSnapshot.", app->name);
    if (app->status != APP_RUNNING)
        return error_set(err, ERROR_REQUEST,
                         "Application %s is in %s status. Snapshot creation is only allowed when "
                         "application is in RUNNING status",
                         app->name, app_status_name(app->status));
    if (!snapshot_store_find(service->db, app->id, snapshot_name, &existing, &found, err))
        return false;
    if (found)
        return error_set(err, ERROR_EXISTS,
                         "Provided Snapshot name %s already exists for application %s",
                         snapshot_name, app->name);
    if (!snapshot_store_count_by_hand(service->db, app->id, &count, err)) return false;
    if (count >= service->limits.snapshots)
        return error_set(
            err, ERROR_LIMIT,
            "Application %s has reached the limit of %lld manual snapshots: delete some.",
            app->name, (long long)count);
    if (!snapshot_store_find_by_status(service->db, app->id, SNAPSHOT_CREATING, &existing, &found,
                                       err))
        return false;
    return !found || error_set(err, ERROR_CONFLICT,
                               "Snapshot %s of application %s is still in CREATING status",
                               existing.name, app->name);
}

bool app_service_create_snapshot(struct app_service *service, const struct app_scope *scope,
                                 const char *name, const char *snapshot_name, struct error *err) {
    AUTO(db_rollback) struct db_tx tx = {0};
    struct snapshot snapshot;
    struct job_spec spec;
    struct app app;

    if (!service_find_app(service, scope, name, &app, err)) return false;
    if (!service_load_spec(service, app.id, app.version, &spec, err)) return false;
    if (!check_create(service, &app, &spec, snapshot_name, err)) return false;
    if (!savepoint_check_possible(service, &app, err)) return false;
    snapshot_ledger_prepare(service, &app, app.version, &spec, snapshot_name, &snapshot);
    if (!db_begin(service->db, &tx, err)) return false;
    if (!snapshot_ledger_open(service, &app, &snapshot, NULL, NULL, err)) return false;
    if (!db_commit(&tx, err)) return false;
    move_begin_wake(service, &app);
    return true;
}

static bool check_delete(const struct app *app, const struct snapshot *snapshot,
                         int64_t creation_timestamp_ms, struct error *err) {
    if (app->status == APP_DELETING)
        return error_set(err, ERROR_CONFLICT, "Application %s is in DELETING status", app->name);
    if (creation_timestamp_ms / 1000 != snapshot->created_at_ms / 1000)
        return error_set(err, ERROR_INVALID,
                         "Snapshot '%s' has a different SnapshotCreationTimestamp than the one you "
                         "provided '%lld'. Please call DescribeApplicationSnapshot to fetch valid "
                         "SnapshotCreationTimestamp.",
                         snapshot->name, (long long)creation_timestamp_ms);
    if (snapshot->status == SNAPSHOT_CREATING)
        return error_set(err, ERROR_CONFLICT, "Snapshot %s is in CREATING status", snapshot->name);
    const char *reason = restore_keeps_listed(app, snapshot);
    if (reason != NULL)
        return error_set(err, ERROR_CONFLICT, "Snapshot %s %s", snapshot->name, reason);
    return true;
}

bool app_service_delete_snapshot(struct app_service *service, const struct app_scope *scope,
                                 const char *name, const char *snapshot_name,
                                 int64_t creation_timestamp_ms, struct error *err) {
    struct snapshot snapshot;
    struct app app;

    if (!app_service_describe_snapshot(service, scope, name, snapshot_name, &snapshot, err))
        return false;
    if (!service_find_app(service, scope, name, &app, err)) return false;
    if (!check_delete(&app, &snapshot, creation_timestamp_ms, err)) return false;
    return restore_points_remove(service, &app, &snapshot, NULL, err);
}
