#include "controller/moves/restore_points.h"

#include "base/text.h"
#include "controller/history/event_log.h"
#include "controller/moves/progress.h"
#include "storage/deleted_snapshot_store.h"
#include "storage/job_origin_store.h"
#include "storage/snapshot_store.h"

void restore_points_look(struct app_service *service, const struct app *app,
                         struct restore_facts *out_facts) {
    struct restore_facts facts = {0};
    struct error unknown;

    for (int slot = 0; slot < SLOT_COUNT; slot++) {
        const struct placement *placement = &app->slots[slot];
        char path[FILE_PATH_MAX];
        if (placement->phase == PLACEMENT_EMPTY || placement->job_id[0] == '\0') continue;
        if (state_files_find_checkpoint(&service->state_files, app->id, placement->job_id, path))
            (void)text_copy(facts.checkpoints[slot], FILE_PATH_MAX, path);
        else if (!job_origin_store_find(service->db, app->id, placement->job_id,
                                        &facts.origins[slot], &unknown))
            facts.is_unsure = true;
    }
    *out_facts = facts;
}

void restore_points_refresh(struct app_service *service, const struct app *app,
                            struct state_ref *state) {
    char path[FILE_PATH_MAX];

    if (state->origin == STATE_CHECKPOINT &&
        state_files_find_checkpoint(&service->state_files, app->id, state->job_id, path))
        (void)text_copy(state->path, sizeof state->path, path);
}

struct state_ref restore_points_of_snapshot(struct app_service *service, const struct app *app,
                                            const struct snapshot *snapshot) {
    struct state_ref state = restore_of_snapshot(snapshot);

    restore_points_refresh(service, app, &state);
    return state;
}

bool restore_points_of_halt(struct app_service *service, const struct app *app,
                            struct state_ref *out_state, bool *out_found, struct error *err) {
    bool leaves_state = app->move.halted && app->move.halt != HALT_DISCARDS;
    struct snapshot snapshot;
    bool found = false;

    if (leaves_state &&
        !snapshot_store_find(service->db, app->id, app->move.snapshot_name, &snapshot, &found, err))
        return false;
    *out_found = found && snapshot.status == SNAPSHOT_READY;
    if (*out_found) *out_state = restore_points_of_snapshot(service, app, &snapshot);
    return true;
}

// --- late savepoints ---

// No savepoint of the job is older: it came up then, or its cluster was launched later than that.
static int64_t since_ms(const struct placement *placement) {
    bool is_relaunched = placement->not_before_ms > placement->up_since_ms;

    return is_relaunched ? placement->not_before_ms : placement->up_since_ms;
}

bool restore_points_take_late(struct app_service *service, const struct app *app, bool *out_taken,
                              struct snapshot *out_snapshot, struct error *err) {
    struct snapshot snapshot;
    char location[FILE_PATH_MAX];
    int64_t before = INT64_MAX;
    size_t count;

    *out_taken = false;
    for (;; before = snapshot.sequence) {
        if (!snapshot_store_list_newest(service->db, app->id, before, &snapshot, 1, &count, err))
            return false;
        if (count == 0 || snapshot.created_at_ms < since_ms(&app->slots[SLOT_CURRENT])) return true;
        if (snapshot.status == SNAPSHOT_FAILED && snapshot.is_automatic &&
            state_files_find_savepoint(&service->state_files, app->id, &snapshot, location))
            break;
    }
    snapshot.status = SNAPSHOT_READY;
    (void)text_copy(snapshot.location, sizeof snapshot.location, location);
    *out_snapshot = snapshot;
    *out_taken = true;
    return snapshot_store_save(service->db, app->id, &snapshot, err) &&
           event_log_snapshot(service, app, snapshot.name, "READY", "the job had stopped with it",
                              err);
}

// --- keeping ---

void restore_points_name(struct app_service *service, const struct app *app,
                         char out_name[static APP_SNAPSHOT_NAME_SIZE]) {
    (void)text_format(out_name, APP_SNAPSHOT_NAME_SIZE, "CHECKPOINT-%s-%lld", app->name,
                      (long long)service_now_ms(service));
}

static bool is_listed(struct app_service *service, const struct app *app,
                      const struct state_ref *state, bool *out_found, struct error *err) {
    struct snapshot nameless = {0};

    if (state->origin == STATE_CHECKPOINT)
        return snapshot_store_has_job(service->db, app->id, state->job_id, out_found, err);
    (void)text_copy(nameless.location, sizeof nameless.location, state->path);
    return snapshot_store_is_shared(service->db, app->id, &nameless, out_found, err);
}

// The row that is to be, or a new one.
static bool load_row(struct app_service *service, const struct app *app,
                     const struct placement *placement, const char *name, struct snapshot *out,
                     bool *out_is_new, struct error *err) {
    struct snapshot snapshot = {.is_automatic = true};
    struct job_spec spec;
    bool found;

    if (!snapshot_store_find(service->db, app->id, name, out, &found, err)) return false;
    *out_is_new = !found;
    if (found) return true;
    if (!service_load_spec(service, app->id, placement->version, &spec, err)) return false;
    (void)text_copy(snapshot.name, sizeof snapshot.name, name);
    snapshot.version = placement->version;
    snapshot.runtime = spec.runtime;
    snapshot.created_at_ms = service_now_ms(service);
    *out = snapshot;
    return true;
}

bool restore_points_keep(struct app_service *service, const struct app *app,
                         const struct placement *placement, const struct state_ref *state,
                         const char *name, struct error *err) {
    struct snapshot snapshot;
    bool is_kept = state->origin == STATE_EMPTY;
    bool is_new;

    if (!is_kept && !is_listed(service, app, state, &is_kept, err)) return false;
    if (!load_row(service, app, placement, name, &snapshot, &is_new, err)) return false;
    if (is_kept && (is_new || snapshot.status != SNAPSHOT_CREATING)) return true;
    snapshot.status = is_kept ? SNAPSHOT_FAILED : SNAPSHOT_READY;
    if (!is_kept) {
        (void)text_copy(snapshot.location, sizeof snapshot.location, state->path);
        (void)text_copy(snapshot.job_id, sizeof snapshot.job_id, state->job_id);
    }
    bool is_saved = is_new ? snapshot_store_add(service->db, app->id, &snapshot, err)
                           : snapshot_store_save(service->db, app->id, &snapshot, err);
    return is_saved &&
           event_log_snapshot(service, app, name, snapshot_status_name(snapshot.status),
                              "the job ended without a savepoint: its newest restore point is kept",
                              err);
}

// --- removing ---

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
    restore_points_look(service, app, &facts);
    if (!must_stay(service, app, &facts, snapshot, out_stay, err)) return false;
    return *out_stay || state_files_remove_snapshot(&service->state_files, app->id, snapshot, err);
}

// It does not hold up what the caller is doing: what cannot be removed is removed later.
bool restore_points_discard(struct app_service *service, const struct app *app,
                            const struct snapshot *snapshot, struct error *err) {
    AUTO(db_rollback) struct db_tx tx = {0};
    struct error refusal;
    bool stay;

    if (remove_files(service, app, snapshot, &stay, &refusal)) return true;
    if (!db_begin(service->db, &tx, err)) return false;
    return deleted_snapshot_store_add(service->db, app->id, snapshot, err) && db_commit(&tx, err);
}

static bool tell_of_removal(struct app_service *service, const struct app *app,
                            const struct snapshot *snapshot, const char *rule, struct error *err) {
    char message[400];
    json_t *detail;

    if (rule == NULL) return event_log_snapshot(service, app, snapshot->name, "DELETED", "", err);
    detail = json_new_object();
    json_put_text(detail, "snapshot", snapshot->name);
    json_put_text(detail, "reason", rule);
    (void)text_format(message, sizeof message, "snapshot %s was removed: %s", snapshot->name, rule);
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
    if (!tell_of_removal(service, app, snapshot, rule, err)) return false;
    if (!db_commit(&tx, err)) return false;
    // It is removed, whatever becomes of the checkpoints of its job.
    if (snapshot->job_id[0] != '\0') restore_points_prune_or_leave(service, app);
    return true;
}

// --- pruning ---

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
    // Put on record by a daemon that died before it gave the next try another trigger.
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
        if (count == 0) restore_points_look(service, app, &facts);
        if (prune_deleted(service, app, &facts, &snapshot, &refusal)) continue;
        is_whole = error_set(err, refusal.kind, "%s", refusal.message);
    }
    return is_whole;
}

struct pruning {
    struct app_service *service;
    const struct app *app;
    struct restore_facts facts;
};

// When in doubt, it is.
static bool is_needed(void *userdata, const char *job_id) {
    const struct pruning *pruning = userdata;
    struct error unknown;
    bool is_listed;

    if (restore_needs_job(pruning->app, &pruning->facts, job_id)) return true;
    return !snapshot_store_has_job(pruning->service->db, pruning->app->id, job_id, &is_listed,
                                   &unknown) ||
           is_listed;
}

bool restore_points_prune(struct app_service *service, const struct app *app, struct error *err) {
    const char *reason = app->status == APP_READY ? "nothing runs, and no snapshot refers to them"
                                                  : "a later restore point is complete";
    struct pruning pruning = {.service = service, .app = app};
    AUTO(db_rollback) struct db_tx tx = {0};
    char message[200];
    int removed = 0;

    restore_points_look(service, app, &pruning.facts);
    if (!state_files_prune_checkpoints(&service->state_files, app->id, is_needed, &pruning,
                                       &removed, err))
        return false;
    if (removed == 0) return true;
    (void)text_format(message, sizeof message, "checkpoints of %d earlier jobs were removed: %s",
                      removed, reason);
    if (!db_begin(service->db, &tx, err)) return false;
    json_t *detail = json_new_object();
    json_put_int(detail, "jobs", removed);
    json_put_text(detail, "reason", reason);
    return event_log_add(service, app, "retention", message, detail, err) && db_commit(&tx, err);
}

void restore_points_prune_or_leave(struct app_service *service, const struct app *app) {
    struct error later;

    if (!restore_points_prune(service, app, &later)) progress_leave_files(service, app->id);
}
