#include "controller/moves/snapshot_ledger.h"

#include "base/random_id.h"
#include "base/text.h"
#include "controller/history/event_log.h"
#include "controller/history/snapshot_journal.h"
#include "controller/moves/restore_points.h"
#include "storage/app_store.h"
#include "storage/enhanced_snapshot_store.h"
#include "storage/snapshot_operation_store.h"
#include "storage/snapshot_store.h"

// --- opening ---

void snapshot_ledger_prepare(struct app_service *service, const struct app *app, int64_t version,
                             const struct job_spec *spec, const char *row_name,
                             struct snapshot *out_snapshot) {
    struct snapshot snapshot = {
        .status = SNAPSHOT_CREATING, .version = version, .runtime = spec->runtime};
    struct restore_facts facts;

    (void)text_copy(snapshot.name, sizeof snapshot.name, row_name);
    (void)text_copy(snapshot.key_arn, sizeof snapshot.key_arn, spec->key_arn);
    random_id_hex(snapshot.trigger_id, sizeof snapshot.trigger_id - 1);
    snapshot.created_at_ms = service_now_ms(service);
    restore_points_find(service, app, &facts);
    (void)text_copy(snapshot.after_checkpoint, FILE_PATH_MAX, facts.checkpoints[SLOT_CURRENT]);
    *out_snapshot = snapshot;
}

static bool open_enhanced(struct app_service *service, const struct app *app,
                          struct snapshot *snapshot, const char *description,
                          struct snapshot_ledger_entry *out, struct error *err) {
    struct snapshot_ledger_entry entry = {0};
    struct enhanced_snapshot *enhanced = &entry.snapshot;
    struct snapshot_operation *operation = &entry.operation;

    random_id_hex(enhanced->id, sizeof enhanced->id - 1);
    enhanced->scope = app->scope;
    (void)text_copy(enhanced->name, sizeof enhanced->name,
                    enhanced_snapshot_of_row_name(snapshot->name));
    enhanced->status = snapshot->status;
    enhanced->maker = snapshot->is_automatic ? MADE_BY_SYSTEM : MADE_BY_CREATE;
    if (description != NULL)
        (void)text_copy(enhanced->description, sizeof enhanced->description, description);
    (void)text_copy(enhanced->app_name, sizeof enhanced->app_name, app->name);
    enhanced->app_created_at_ms = app->created_at_ms;
    enhanced->app_version = snapshot->version;
    enhanced->runtime = snapshot->runtime;
    (void)text_copy(enhanced->key_arn, sizeof enhanced->key_arn, snapshot->key_arn);
    enhanced->created_at_ms = snapshot->created_at_ms;
    if (!enhanced_snapshot_store_add(service->db, enhanced, err)) return false;
    operation->kind =
        snapshot->is_automatic ? SNAPSHOT_OPERATION_SYSTEM_CREATE : SNAPSHOT_OPERATION_CREATE;
    if (snapshot->is_automatic) {
        (void)text_copy(operation->app_operation_id, sizeof operation->app_operation_id,
                        app->move.operation_id);
        (void)text_copy(operation->app_name, sizeof operation->app_name, app->name);
    }
    if (!snapshot_journal_begin(service, enhanced, operation, err)) return false;
    (void)text_copy(snapshot->enhanced_id, sizeof snapshot->enhanced_id, enhanced->id);
    *out = entry;
    return true;
}

bool snapshot_ledger_open(struct app_service *service, const struct app *app,
                          struct snapshot *snapshot, const char *description,
                          struct snapshot_ledger_entry *out_entry, struct error *err) {
    struct snapshot_ledger_entry entry = {0};

    if (enhanced_snapshot_of_row_name(snapshot->name) != NULL &&
        !open_enhanced(service, app, snapshot, description, &entry, err))
        return false;
    if (!snapshot_store_add(service->db, app->id, snapshot, err)) return false;
    if (out_entry != NULL) *out_entry = entry;
    return event_log_snapshot(service, app, snapshot->name, snapshot_status_name(snapshot->status),
                              "", err);
}

// Rare: two applications whose names begin alike took one in the same millisecond.
bool snapshot_ledger_free_name(struct app_service *service, struct app *app, struct error *err) {
    int64_t now_ms = service_now_ms(service);
    struct enhanced_snapshot taken;
    bool found = true;

    for (; enhanced_snapshot_of_row_name(app->move.snapshot_name) != NULL; now_ms++) {
        char name[ENHANCED_NAME_SIZE];
        if (!enhanced_snapshot_store_find(service->db, &app->scope,
                                          enhanced_snapshot_of_row_name(app->move.snapshot_name),
                                          &taken, &found, err))
            return false;
        if (!found) break;
        enhanced_snapshot_system_name(app->name, now_ms, name);
        enhanced_snapshot_row_name(name, app->move.snapshot_name);
    }
    return true;
}

// --- the end ---

bool snapshot_ledger_complete(struct app_service *service, const struct app *app,
                              struct snapshot *snapshot, const char *location, struct error *err) {
    char place[FILE_PATH_MAX];

    (void)text_copy(place, sizeof place, location);
    if (snapshot_is_enhanced(snapshot) &&
        !state_files_publish(&service->state_files, app->id, snapshot, place, err))
        return false;
    snapshot->status = SNAPSHOT_READY;
    (void)text_copy(snapshot->location, sizeof snapshot->location, place);
    return true;
}

static enum snapshot_operation_kind kind_of(const struct snapshot *snapshot) {
    return snapshot->is_automatic ? SNAPSHOT_OPERATION_SYSTEM_CREATE : SNAPSHOT_OPERATION_CREATE;
}

// A snapshot that the user asked for and whose job was ended by another command is CANCELLED; all
// others that did not succeed have FAILED (facts/api.md 12.4).
static enum operation_status end_status(const struct app *app, const struct snapshot *snapshot) {
    bool is_interrupted = app->move.kind == MOVE_FORCE_STOP || app->move.kind == MOVE_DELETE ||
                          app->move.kind == MOVE_ROLL_BACK;

    if (snapshot->status == SNAPSHOT_READY) return OPERATION_SUCCESSFUL;
    return is_interrupted && !snapshot->is_automatic ? OPERATION_CANCELLED : OPERATION_FAILED;
}

static bool save_enhanced(struct app_service *service, const struct app *app,
                          const struct snapshot *snapshot, const char *reason, struct error *err) {
    struct enhanced_snapshot enhanced;
    bool found;

    if (snapshot->status != SNAPSHOT_READY && snapshot->status != SNAPSHOT_FAILED) return true;
    if (!enhanced_snapshot_store_load(service->db, snapshot->enhanced_id, &enhanced, &found, err))
        return false;
    if (!found) return true;
    if (enhanced.status == SNAPSHOT_FAILED && snapshot->status == SNAPSHOT_READY &&
        !snapshot_journal_correct(service, &enhanced, kind_of(snapshot), err))
        return false;
    enhanced.status = snapshot->status;
    if (snapshot->status == SNAPSHOT_READY)
        enhanced.size_bytes = state_files_measure(&service->state_files, snapshot->enhanced_id);
    return enhanced_snapshot_store_save(service->db, &enhanced, err) &&
           snapshot_journal_end(service, enhanced.id, kind_of(snapshot), end_status(app, snapshot),
                                SNAPSHOT_ERROR_SAVEPOINT, reason, err);
}

bool snapshot_ledger_save(struct app_service *service, const struct app *app,
                          const struct snapshot *snapshot, const char *reason, struct error *err) {
    if (!snapshot_store_save(service->db, app->id, snapshot, err)) return false;
    if (snapshot_is_enhanced(snapshot) && !save_enhanced(service, app, snapshot, reason, err))
        return false;
    return event_log_snapshot(service, app, snapshot->name, snapshot_status_name(snapshot->status),
                              reason, err);
}

bool snapshot_ledger_drop(struct app_service *service, const struct app *app,
                          const struct snapshot *snapshot, struct error *err) {
    if (!snapshot_store_remove(service->db, app->id, snapshot->name, err)) return false;
    if (!snapshot_is_enhanced(snapshot)) return true;
    return snapshot_operation_store_remove_open(service->db, snapshot->enhanced_id,
                                                kind_of(snapshot), err) &&
           enhanced_snapshot_store_remove(service->db, snapshot->enhanced_id, err);
}

bool snapshot_ledger_abandon(struct app_service *service, const struct app *app,
                             struct error *err) {
    char location[FILE_PATH_MAX];
    struct snapshot snapshot;
    bool found;

    for (;;) {
        if (!snapshot_store_find_by_status(service->db, app->id, SNAPSHOT_CREATING, &snapshot,
                                           &found, err))
            return false;
        if (!found) return true;
        snapshot.status = SNAPSHOT_FAILED;
        // A daemon that died had moved the files, and had not recorded it.
        if (state_files_find_savepoint(&service->state_files, app->id, &snapshot, location) &&
            !snapshot_ledger_complete(service, app, &snapshot, location, err))
            return false;
        const char *reason =
            snapshot.status == SNAPSHOT_FAILED ? "the application was deleted" : "";
        if (!snapshot_ledger_save(service, app, &snapshot, reason, err)) return false;
    }
}

// --- deletion ---

bool snapshot_ledger_find_app(struct app_service *service, const struct enhanced_snapshot *snapshot,
                              struct app *out_app, bool *out_found, struct error *err) {
    *out_found = false;
    if (snapshot->maker == MADE_BY_IMPORT) return true;
    if (!app_store_find(service->db, &snapshot->scope, snapshot->app_name, out_app, out_found, err))
        return false;
    // Another one may have got the name.
    if (*out_found && out_app->created_at_ms != snapshot->app_created_at_ms) *out_found = false;
    return true;
}

bool snapshot_ledger_find_row(struct app_service *service, const struct enhanced_snapshot *snapshot,
                              struct app *out_app, struct snapshot *out_row, bool *out_found,
                              struct error *err) {
    char row_name[APP_SNAPSHOT_NAME_SIZE];

    if (!snapshot_ledger_find_app(service, snapshot, out_app, out_found, err)) return false;
    if (!*out_found) return true;
    enhanced_snapshot_row_name(snapshot->name, row_name);
    return snapshot_store_find(service->db, out_app->id, row_name, out_row, out_found, err);
}

// The application does not restore from it any more.
static bool mark_row(struct app_service *service, const struct enhanced_snapshot *enhanced,
                     struct error *err) {
    struct snapshot row;
    struct app app;
    bool found;

    if (!snapshot_ledger_find_row(service, enhanced, &app, &row, &found, err)) return false;
    if (!found) return true;
    row.status = enhanced->status;
    return snapshot_store_save(service->db, app.id, &row, err);
}

bool snapshot_ledger_begin_deletion(struct app_service *service, struct enhanced_snapshot *snapshot,
                                    struct snapshot_operation *out_operation, struct error *err) {
    struct snapshot_operation operation = {.kind = SNAPSHOT_OPERATION_DELETE};
    AUTO(db_rollback) struct db_tx tx = {0};

    snapshot->status = SNAPSHOT_DELETING;
    if (!db_begin(service->db, &tx, err)) return false;
    if (!enhanced_snapshot_store_save(service->db, snapshot, err)) return false;
    if (!mark_row(service, snapshot, err)) return false;
    if (!snapshot_journal_begin(service, snapshot, &operation, err)) return false;
    if (!db_commit(&tx, err)) return false;
    service_wake_snapshot(service, snapshot->id);
    if (out_operation != NULL) *out_operation = operation;
    return true;
}
