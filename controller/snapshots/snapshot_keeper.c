#include "controller/snapshots/snapshot_keeper.h"

#include "base/text.h"
#include "controller/history/event_log.h"
#include "controller/history/snapshot_journal.h"
#include "controller/moves/restore_points.h"
#include "controller/moves/restore_points_remove.h"
#include "controller/moves/snapshot_ledger.h"
#include "controller/snapshots/snapshot_retention.h"
#include "controller/snapshots/snapshot_transfers.h"
#include "storage/app_store.h"
#include "storage/enhanced_snapshot_store.h"
#include "storage/snapshot_operation_store.h"
#include "storage/snapshot_store.h"

// A deletion looks again whether what it waits for has ended.
static const int64_t WAIT_MS = 500;
// A job needs what it was started from until its first checkpoint.
static const int64_t SWEEP_MS = 30000;

// --- copies ---

// Complete, but is it a savepoint?
static void check_import(struct app_service *service, const struct enhanced_snapshot *snapshot,
                         struct snapshot_transfer_end *end) {
    struct error err;

    if (end->fault != TRANSFER_FAULT_NONE ||
        state_files_check_imported(&service->state_files, snapshot->id, &err))
        return;
    bool is_invalid = err.kind == ERROR_INVALID || err.kind == ERROR_NOT_FOUND;
    end->fault = is_invalid ? TRANSFER_FAULT_INVALID_SAVEPOINT : TRANSFER_FAULT_INTERNAL;
    end->size_bytes = 0;
    (void)text_copy(end->reason, sizeof end->reason, err.message);
}

static bool record_import(struct app_service *service, struct enhanced_snapshot *snapshot,
                          struct snapshot_transfer_end *end, struct error *err) {
    AUTO(db_rollback) struct db_tx tx = {0};

    check_import(service, snapshot, end);
    bool is_done = end->fault == TRANSFER_FAULT_NONE;
    snapshot->status = is_done ? SNAPSHOT_READY : SNAPSHOT_FAILED;
    snapshot->size_bytes = end->size_bytes;
    if (!db_begin(service->db, &tx, err) ||
        !enhanced_snapshot_store_save(service->db, snapshot, err) ||
        !snapshot_journal_end(service, snapshot->id, SNAPSHOT_OPERATION_IMPORT,
                              is_done ? OPERATION_SUCCESSFUL : OPERATION_FAILED,
                              transfer_fault_code(end->fault), end->reason, err))
        return false;
    // The sweep removes them afterwards: while this is not recorded, they are checked again.
    if (!is_done && !enhanced_snapshot_store_add_deleted(service->db, snapshot->id, err))
        return false;
    return db_commit(&tx, err);
}

static bool record_export(struct app_service *service, const struct enhanced_snapshot *snapshot,
                          const struct snapshot_transfer_end *end, struct error *err) {
    AUTO(db_rollback) struct db_tx tx = {0};
    bool is_done = end->fault == TRANSFER_FAULT_NONE;

    return db_begin(service->db, &tx, err) &&
           snapshot_journal_end(service, snapshot->id, SNAPSHOT_OPERATION_EXPORT,
                                is_done ? OPERATION_SUCCESSFUL : OPERATION_FAILED,
                                transfer_fault_code(end->fault), end->reason, err) &&
           db_commit(&tx, err);
}

// *out_is_open: the snapshot is being copied.
static bool copy(struct app_service *service, struct enhanced_snapshot *snapshot,
                 enum snapshot_operation_kind kind, bool *out_is_open, struct error *err) {
    struct snapshot_operation operation;
    struct snapshot_transfer_end end;
    bool has_ended;

    if (!snapshot_operation_store_find_open(service->db, snapshot->id, kind, &operation,
                                            out_is_open, err))
        return false;
    if (!*out_is_open) return true;
    snapshot_transfers_begin(service, &operation);
    snapshot_transfers_find_end(service, operation.id, &has_ended, &end);
    if (!has_ended) return true;
    if (!(kind == SNAPSHOT_OPERATION_IMPORT ? record_import(service, snapshot, &end, err)
                                            : record_export(service, snapshot, &end, err)))
        return false;
    snapshot_transfers_forget(service, operation.id);
    service_wake_snapshot(service, ""); // an import failed, or is subject to retention
    *out_is_open = false;
    return true;
}

// --- who needs it ---

enum need {
    NEED_NONE,
    NEED_FILES, // a job was started from it, or has left it as its state: the name may go
    NEED_ALL,   // a move starts from it, or may go back to it
};

static bool need_of(struct app_service *service, const struct app *app, const struct snapshot *row,
                    enum need *out_need, struct error *err) {
    struct restore_facts facts;
    bool is_kept;

    *out_need = NEED_ALL;
    if (restore_keeps_listed(app, row) != NULL) return true;
    if (!snapshot_store_is_shared(service->db, app->id, row, &is_kept, err)) return false;
    restore_points_find(service, app, &facts);
    *out_need = is_kept || restore_needs_snapshot(app, &facts, row) ? NEED_FILES : NEED_NONE;
    return true;
}

// Of all applications: any may have been started from it.
static bool find_need(struct app_service *service, const struct enhanced_snapshot *snapshot,
                      enum need *out_need, struct error *err) {
    struct snapshot row = {.status = SNAPSHOT_READY};
    char app_id[APP_ID_SIZE] = "";
    struct app app;
    bool found;

    enhanced_snapshot_row_name(snapshot->name, row.name);
    if (!state_files_published_directory(&service->state_files, snapshot->id, row.location, err))
        return false;
    if (!snapshot_ledger_find_app(service, snapshot, &app, &found, err)) return false;
    *out_need = NEED_NONE;
    if (found && !need_of(service, &app, &row, out_need, err)) return false;
    row.name[0] = '\0'; // another application has no move of that name
    while (*out_need != NEED_ALL) {
        if (!app_store_next_user(service->db, row.location, app_id, app_id, &found, err))
            return false;
        if (!found) return true;
        if (!app_store_load(service->db, app_id, &app, &found, err)) return false;
        enum need need = NEED_NONE;
        if (found && !need_of(service, &app, &row, &need, err)) return false;
        if (need > *out_need) *out_need = need;
    }
    return true;
}

// --- deletion ---

static bool remove_row(struct app_service *service, const struct enhanced_snapshot *snapshot,
                       struct error *err) {
    struct snapshot row;
    struct app app;
    bool found;

    if (!snapshot_ledger_find_row(service, snapshot, &app, &row, &found, err)) return false;
    return !found || (snapshot_store_remove(service->db, app.id, row.name, err) &&
                      event_log_snapshot(service, &app, row.name, "DELETED", "", err));
}

// What Flink wrote and was never moved, as of a savepoint that failed, and the empty directories.
static bool remove_leftovers(struct app_service *service, const struct enhanced_snapshot *snapshot,
                             struct error *err) {
    struct snapshot row;
    struct app app;
    bool found;

    if (!snapshot_ledger_find_row(service, snapshot, &app, &row, &found, err)) return false;
    return !found || restore_points_discard(service, &app, &row, err);
}

// First the files, then the rows: what is listed exists.
static bool finish_deletion(struct app_service *service, const struct enhanced_snapshot *snapshot,
                            bool keeps_files, struct error *err) {
    AUTO(db_rollback) struct db_tx tx = {0};

    if (!keeps_files && (!state_files_remove_published(&service->state_files, snapshot->id, err) ||
                         !remove_leftovers(service, snapshot, err)))
        return false;
    return db_begin(service->db, &tx, err) &&
           (!keeps_files || enhanced_snapshot_store_add_deleted(service->db, snapshot->id, err)) &&
           remove_row(service, snapshot, err) &&
           snapshot_journal_end(service, snapshot->id, SNAPSHOT_OPERATION_DELETE,
                                OPERATION_SUCCESSFUL, NULL, NULL, err) &&
           enhanced_snapshot_store_remove(service->db, snapshot->id, err) && db_commit(&tx, err);
}

static bool delete_when_free(struct app_service *service, const struct enhanced_snapshot *snapshot,
                             struct error *err) {
    enum need need;

    if (!find_need(service, snapshot, &need, err)) return false;
    if (need == NEED_ALL) {
        service_wake_snapshot_later(service, snapshot->id, WAIT_MS);
        return true;
    }
    if (!finish_deletion(service, snapshot, need == NEED_FILES, err)) return false;
    if (need == NEED_FILES) service_wake_snapshot(service, "");
    return true;
}

static bool remove_left(struct app_service *service, const char *id, struct error *err) {
    AUTO(db_rollback) struct db_tx tx = {0};

    return state_files_remove_published(&service->state_files, id, err) &&
           db_begin(service->db, &tx, err) &&
           enhanced_snapshot_store_remove_deleted(service->db, id, err) && db_commit(&tx, err);
}

static bool remove_old(struct app_service *service, struct error *err) {
    int64_t next_ms;

    if (!snapshot_retention_apply(service, &next_ms, err)) return false;
    if (next_ms > 0) service_wake_snapshot_at(service, "", next_ms);
    return true;
}

// Files of deleted snapshots that a job needed, and of imports that failed; and snapshots that are
// too old.
static bool sweep(struct app_service *service, struct error *err) {
    struct enhanced_snapshot snapshot = {.maker = MADE_BY_IMPORT}; // nothing but its files is left
    bool has_left = false;
    bool has_failed = false;
    struct error failure;
    enum need need;
    bool found;

    for (;;) {
        if (!enhanced_snapshot_store_next_deleted(service->db, snapshot.id, snapshot.id, &found,
                                                  err))
            return false;
        if (!found) break;
        if (!find_need(service, &snapshot, &need, err)) return false;
        has_left = has_left || need != NEED_NONE;
        if (need != NEED_NONE) continue;
        // A disk that keeps the files of one may remove those of others.
        has_failed |= !remove_left(service, snapshot.id, &failure);
    }
    if (has_left) service_wake_snapshot_later(service, "", SWEEP_MS);
    if (!remove_old(service, err)) return false;
    return !has_failed || error_set(err, failure.kind, "%s", failure.message);
}

// --- the steps ---

bool snapshot_keeper_run(struct app_service *service, const char *snapshot_id, struct error *err) {
    struct enhanced_snapshot snapshot;
    bool is_imported;
    bool is_exported;
    bool found;

    if (snapshot_id[0] == '\0') return sweep(service, err);
    if (!enhanced_snapshot_store_load(service->db, snapshot_id, &snapshot, &found, err))
        return false;
    if (!found) return true;
    if (!copy(service, &snapshot, SNAPSHOT_OPERATION_IMPORT, &is_imported, err)) return false;
    if (!copy(service, &snapshot, SNAPSHOT_OPERATION_EXPORT, &is_exported, err)) return false;
    // An export ends before its snapshot is removed (facts/api.md 12.3).
    if (snapshot.status != SNAPSHOT_DELETING || is_exported) return true;
    return delete_when_free(service, &snapshot, err);
}

// All work is an operation in progress.
bool snapshot_keeper_queue_all(struct app_service *service, struct error *err) {
    char id[APP_ID_SIZE] = "";
    bool found;

    service_wake_snapshot(service, ""); // the sweep
    for (;;) {
        if (!snapshot_operation_store_next_open(service->db, id, id, &found, err)) return false;
        if (!found) return true;
        service_wake_snapshot(service, id);
    }
}
