#include "controller/moves/restore_points_keep.h"

#include "base/text.h"
#include "controller/moves/restore_points.h"
#include "controller/moves/snapshot_ledger.h"
#include "storage/snapshot_store.h"

static bool is_listed(struct app_service *service, const struct app *app,
                      const struct state_ref *state, bool *out_found, struct error *err) {
    struct snapshot nameless = {0};

    if (state->origin == STATE_CHECKPOINT)
        return snapshot_store_has_job(service->db, app->id, state->job_id, out_found, err);
    (void)text_copy(nameless.location, sizeof nameless.location, state->path);
    return snapshot_store_is_shared(service->db, app->id, &nameless, out_found, err);
}

// The row of that name, or a new one.
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
    (void)text_copy(snapshot.key_arn, sizeof snapshot.key_arn, spec.key_arn);
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
    if (is_new && !snapshot_store_add(service->db, app->id, &snapshot, err)) return false;
    return snapshot_ledger_save(
        service, app, &snapshot,
        "the job ended without a savepoint: its newest restore point is kept", err);
}

// --- late savepoints ---

// No savepoint of the job is older: it came up then, or its cluster was launched later than that.
static int64_t since_ms(const struct placement *placement) {
    bool is_relaunched = placement->not_before_ms > placement->up_since_ms;

    return is_relaunched ? placement->not_before_ms : placement->up_since_ms;
}

bool restore_points_keep_late(struct app_service *service, const struct app *app, bool *out_kept,
                              struct snapshot *out_snapshot, struct error *err) {
    struct snapshot snapshot;
    char location[FILE_PATH_MAX];
    int64_t before = INT64_MAX;
    size_t count;

    *out_kept = false;
    for (;; before = snapshot.sequence) {
        if (!snapshot_store_list_newest(service->db, app->id, before, &snapshot, 1, &count, err))
            return false;
        if (count == 0 || snapshot.created_at_ms < since_ms(&app->slots[SLOT_CURRENT])) return true;
        if (snapshot.status == SNAPSHOT_FAILED && snapshot.is_automatic &&
            state_files_find_savepoint(&service->state_files, app->id, &snapshot, location))
            break;
    }
    if (!snapshot_ledger_complete(service, app, &snapshot, location, err)) return false;
    *out_snapshot = snapshot;
    *out_kept = true;
    return snapshot_ledger_save(service, app, &snapshot, "the job had stopped with it", err);
}

// --- the end of a job ---

// Ends the snapshots that were being taken when the job ended: READY where they are complete on
// disk. *out_stopped: the job was stopped with one.
static bool finish_open_snapshots(struct app_service *service, const struct app *app,
                                  bool *out_stopped, struct error *err) {
    struct snapshot snapshot;
    bool found;

    *out_stopped = false;
    for (;;) {
        char location[FILE_PATH_MAX];
        if (!snapshot_store_find_by_status(service->db, app->id, SNAPSHOT_CREATING, &snapshot,
                                           &found, err))
            return false;
        if (!found) return true;
        bool is_complete =
            state_files_find_savepoint(&service->state_files, app->id, &snapshot, location);
        snapshot.status = SNAPSHOT_FAILED;
        if (is_complete && !snapshot_ledger_complete(service, app, &snapshot, location, err))
            return false;
        *out_stopped = *out_stopped || (is_complete && snapshot.is_automatic);
        if (!snapshot_ledger_save(service, app, &snapshot, "the job ended", err)) return false;
    }
}

// "If snapshots are disabled the job restarts without state" (facts/api.md 5.7): of such a version
// nothing is kept when its job ends.
static bool keeps_state(struct app_service *service, const struct app *app,
                        const struct placement *placement, bool *out_keeps, struct error *err) {
    struct job_spec spec;

    if (!service_load_spec(service, app->id, placement->version, &spec, err)) return false;
    *out_keeps = spec.snapshots_enabled;
    return true;
}

void restore_points_name_checkpoint(struct app_service *service, const struct app *app,
                                    char out_name[static APP_SNAPSHOT_NAME_SIZE]) {
    (void)text_format(out_name, APP_SNAPSHOT_NAME_SIZE, "CHECKPOINT-%s-%lld", app->name,
                      (long long)service_now_ms(service));
}

// The newest restore point of an application is kept at every end: the next start restores it.
static bool keep_newest(struct app_service *service, const struct app *app, struct error *err) {
    char name[APP_SNAPSHOT_NAME_SIZE];
    struct restore_facts facts;
    struct snapshot latest;
    struct state_ref state;
    enum app_slot slot;
    bool has_latest;
    bool keeps;

    if (!snapshot_store_find_latest(service->db, app->id, &latest, &has_latest, err)) return false;
    restore_points_find(service, app, &facts);
    if (!restore_to_keep(app, &facts, has_latest ? &latest : NULL, &state, &slot)) return true;
    if (!keeps_state(service, app, &app->slots[slot], &keeps, err)) return false;
    restore_points_name_checkpoint(service, app, name);
    return !keeps || restore_points_keep(service, app, &app->slots[slot], &state, name, err);
}

bool restore_points_keep_at_end(struct app_service *service, const struct app *app,
                                struct error *err) {
    bool was_stopped;

    if (!finish_open_snapshots(service, app, &was_stopped, err)) return false;
    return was_stopped || keep_newest(service, app, err);
}
