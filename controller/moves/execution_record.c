// What every step does: commits its record, with an event where the history is to show it.
#include "controller/history/event_log.h"
#include "controller/history/trouble.h"
#include "controller/moves/executor_parts.h"
#include "controller/moves/savepoint_check.h"
#include "controller/moves/snapshot_ledger.h"
#include "storage/app_store.h"

bool execution_record(struct execution *run, struct error *err) {
    struct db *db = run->service->db;
    AUTO(db_rollback) struct db_tx tx = {0};

    if (!db_begin(db, &tx, err)) return false;
    if (!app_store_save(db, run->app, err)) return false;
    return db_commit(&tx, err);
}

bool execution_record_phase(struct execution *run, const char *phase, const char *message,
                            json_t *detail, struct error *err) {
    struct db *db = run->service->db;
    AUTO(db_rollback) struct db_tx tx = {0};
    bool is_move = run->app->move.kind != MOVE_NONE;

    json_put_text(detail, "cluster", run->placement->cluster_id);
    bool is_recorded = db_begin(db, &tx, err) && app_store_save(db, run->app, err);
    if (!is_recorded) {
        json_decref(detail);
        return false;
    }
    is_recorded = is_move
                      ? event_log_phase(run->service, run->app, phase, detail, err)
                      : trouble_add_recovery(run->service, run->app, phase, message, detail, err);
    return is_recorded && db_commit(&tx, err);
}

bool execution_record_snapshot(struct execution *run, const struct snapshot *snapshot,
                               const char *reason, struct error *err) {
    struct db *db = run->service->db;
    AUTO(db_rollback) struct db_tx tx = {0};

    if (!db_begin(db, &tx, err)) return false;
    if (!app_store_save(db, run->app, err)) return false;
    if (!snapshot_ledger_save(run->service, run->app, snapshot, reason, err)) return false;
    return db_commit(&tx, err);
}

const char *execution_reason(const struct execution *run, const char *failure) {
    if (run->view->hopeless[0] != '\0') return run->view->hopeless;
    if (run->view->is_savepoint_hopeless && run->cluster->is_batch) return SAVEPOINT_OF_BATCH;
    // Why the job restarts says more than that a savepoint failed.
    return run->view->is_savepoint_hopeless ? run->cluster->failure : failure;
}
