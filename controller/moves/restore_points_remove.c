#include "controller/moves/restore_points_remove.h"

#include "base/text.h"
#include "controller/history/event_log.h"
#include "controller/moves/progress.h"
#include "controller/moves/restore_points.h"
#include "model/enhanced_snapshot.h"
#include "storage/deleted_snapshot_store.h"
#include "storage/snapshot_store.h"

// --- snapshots ---

// Is a snapshot's place needed by a job, a move or another snapshot?
static bool must_stay(struct app_service *service, const struct app *app,
                      const struct restore_facts *facts, const struct snapshot *snapshot,
                      bool *out_stays, struct error *err) {
    *out_stays = restore_needs_snapshot(app, facts, snapshot);
    return *out_stays || snapshot->location[0] == '\0' ||
           snapshot_store_is_shared(service->db, app->id, snapshot, out_stays, err);
}

static bool remove_files(struct app_service *service, const struct app *app,
                         const struct snapshot *snapshot, bool *out_stay, struct error *err) {
    struct restore_facts facts;

    *out_stay = false;
    // Of a checkpoint, restore_points_prune() decides when its row is gone.
    if (snapshot->job_id[0] != '\0') return true;
    restore_points_find(service, app, &facts);
    if (!must_stay(service, app, &facts, snapshot, out_stay, err)) return false;
    return *out_stay || state_files_remove_snapshot(&service->state_files, app->id, snapshot, err);
}

// What cannot be removed now is recorded and removed later: the caller continues.
bool restore_points_discard(struct app_service *service, const struct app *app,
                            const struct snapshot *snapshot, struct error *err) {
    AUTO(db_rollback) struct db_tx tx = {0};
    bool stay;

    if (remove_files(service, app, snapshot, &stay, NULL)) return true;
    if (!db_begin(service->db, &tx, err)) return false;
    return deleted_snapshot_store_add(service->db, app->id, snapshot, err) && db_commit(&tx, err);
}

static bool log_removal(struct app_service *service, const struct app *app,
                        const struct snapshot *snapshot, const char *rule, struct error *err) {
    const char *name = enhanced_snapshot_shown_name(snapshot->name);
    char message[400];
    json_t *detail;

    if (rule == NULL) return event_log_snapshot(service, app, snapshot->name, "DELETED", "", err);
    detail = json_new_object();
    json_put_text(detail, "snapshot", name);
    json_put_text(detail, "reason", rule);
    (void)text_format(message, sizeof message, "snapshot %s was removed: %s", name, rule);
    return event_log_add(service, app, "retention", message, detail, err);
}

bool restore_points_remove(struct app_service *service, const struct app *app,
                           const struct snapshot *snapshot, const char *rule, struct error *err) {
    AUTO(db_rollback) struct db_tx tx = {0};
    bool stay;

    // First the files, then the row: what is listed exists, and what was removed half-way can be
    // removed again.
    if (!remove_files(service, app, snapshot, &stay, err)) return false;
    if (!db_begin(service->db, &tx, err)) return false;
    if (stay && !deleted_snapshot_store_add(service->db, app->id, snapshot, err)) return false;
    if (!snapshot_store_remove(service->db, app->id, snapshot->name, err)) return false;
    if (!log_removal(service, app, snapshot, rule, err)) return false;
    if (!db_commit(&tx, err)) return false;
    // Removed, also where the checkpoints of its job cannot be.
    if (snapshot->job_id[0] != '\0') restore_points_prune_or_leave(service, app);
    return true;
}

// --- what is left of them ---

// In one turn of the loop.
enum { DELETED_AT_ONCE = 50 };

static bool prune_deleted(struct app_service *service, const struct app *app,
                          const struct restore_facts *facts, const struct snapshot *snapshot,
                          struct error *err) {
    AUTO(db_rollback) struct db_tx tx = {0};
    struct snapshot listed;
    bool found;
    bool stays;

    if (!must_stay(service, app, facts, snapshot, &stays, err)) return false;
    if (!snapshot_store_find(service->db, app->id, snapshot->name, &listed, &found, err))
        return false;
    // Recorded by a daemon that died before it gave the next try another trigger.
    stays = stays || (found && text_equal(listed.trigger_id, snapshot->trigger_id));
    if (stays) return true;
    if (!state_files_remove_snapshot(&service->state_files, app->id, snapshot, err)) return false;
    if (!db_begin(service->db, &tx, err)) return false;
    return deleted_snapshot_store_remove(service->db, snapshot->sequence, err) &&
           db_commit(&tx, err);
}

bool restore_points_prune_deleted(struct app_service *service, const struct app *app,
                                  struct error *err) {
    struct snapshot snapshot = {0};
    struct restore_facts facts;
    struct error refusal;
    bool is_whole = true;
    bool found;

    for (int count = 0; count < DELETED_AT_ONCE; count++) {
        if (!deleted_snapshot_store_next(service->db, app->id, snapshot.sequence, &snapshot, &found,
                                         err))
            return false;
        if (!found) break;
        if (count == 0) restore_points_find(service, app, &facts);
        if (prune_deleted(service, app, &facts, &snapshot, &refusal)) continue;
        is_whole = error_set(err, refusal.kind, "%s", refusal.message);
    }
    return is_whole;
}

// --- checkpoints ---

struct pruning {
    struct app_service *service;
    const struct app *app;
    struct restore_facts facts;
};

// True also where the database fails.
static bool is_needed(void *userdata, const char *job_id) {
    const struct pruning *pruning = userdata;
    bool is_listed;

    if (restore_needs_job(pruning->app, &pruning->facts, job_id)) return true;
    return !snapshot_store_has_job(pruning->service->db, pruning->app->id, job_id, &is_listed,
                                   NULL) ||
           is_listed;
}

bool restore_points_prune(struct app_service *service, const struct app *app, struct error *err) {
    const char *reason = app->status == APP_READY ? "nothing runs, and no snapshot refers to them"
                                                  : "a later restore point is complete";
    struct pruning pruning = {.service = service, .app = app};
    AUTO(db_rollback) struct db_tx tx = {0};
    char message[200];
    int removed = 0;

    restore_points_find(service, app, &pruning.facts);
    if (!state_files_prune_checkpoints(&service->state_files, app->id, is_needed, &pruning,
                                       &removed, err))
        return false;
    if (removed == 0) return true;
    (void)text_format(message, sizeof message, "checkpoints of %d earlier job%s were removed: %s",
                      removed, removed == 1 ? "" : "s", reason);
    if (!db_begin(service->db, &tx, err)) return false;
    json_t *detail = json_new_object();
    json_put_int(detail, "jobs", removed);
    json_put_text(detail, "reason", reason);
    return event_log_add(service, app, "retention", message, detail, err) && db_commit(&tx, err);
}

void restore_points_prune_or_leave(struct app_service *service, const struct app *app) {
    if (!restore_points_prune(service, app, NULL)) progress_leave_files(service, app->id);
}
