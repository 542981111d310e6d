#include "controller/moves/restore_points.h"

#include "base/text.h"
#include "storage/enhanced_snapshot_store.h"
#include "storage/job_origin_store.h"
#include "storage/snapshot_store.h"

void restore_points_find(struct app_service *service, const struct app *app,
                         struct restore_facts *out_facts) {
    struct restore_facts facts = {0};

    for (int slot = 0; slot < SLOT_COUNT; slot++) {
        const struct placement *placement = &app->slots[slot];
        char path[FILE_PATH_MAX];
        if (placement->phase == PLACEMENT_EMPTY || placement->job_id[0] == '\0') continue;
        if (state_files_find_checkpoint(&service->state_files, app->id, placement->job_id, path))
            (void)text_copy(facts.checkpoints[slot], FILE_PATH_MAX, path);
        else if (!job_origin_store_find(service->db, app->id, placement->job_id,
                                        &facts.origins[slot], NULL))
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

// Of a checkpoint that is kept, the newest one that its job left.
static struct state_ref state_of(struct app_service *service, const struct app *app,
                                 const struct snapshot *snapshot) {
    struct state_ref state = restore_of_snapshot(snapshot);

    restore_points_refresh(service, app, &state);
    return state;
}

// --- what a command asks for ---

// An import has no runtime: it can be read as far as is known.
static struct snapshot row_of(struct app_service *service,
                              const struct enhanced_snapshot *enhanced) {
    struct snapshot snapshot = {.status = enhanced->status, .version = enhanced->app_version};

    snapshot.runtime =
        enhanced->maker == MADE_BY_IMPORT ? (enum runtime_environment)0 : enhanced->runtime;
    enhanced_snapshot_row_name(enhanced->name, snapshot.name);
    (void)text_copy(snapshot.enhanced_id, sizeof snapshot.enhanced_id, enhanced->id);
    error_ignore(state_files_published_directory(&service->state_files, enhanced->id,
                                                 snapshot.location, NULL));
    return snapshot;
}

static bool find_named(struct app_service *service, const struct app *app,
                       const char *snapshot_name, struct snapshot *out_snapshot, bool *out_found,
                       struct error *err) {
    const char *name = enhanced_snapshot_of_row_name(snapshot_name);
    struct enhanced_snapshot enhanced;

    if (name == NULL)
        return snapshot_store_find(service->db, app->id, snapshot_name, out_snapshot, out_found,
                                   err);
    if (!enhanced_snapshot_store_find(service->db, &app->scope, name, &enhanced, out_found, err))
        return false;
    if (*out_found) *out_snapshot = row_of(service, &enhanced);
    return true;
}

static bool find_custom(struct app_service *service, const struct app *app,
                        const char *snapshot_name, struct snapshot *out_snapshot,
                        struct error *err) {
    const char *shown = enhanced_snapshot_shown_name(snapshot_name);
    struct snapshot snapshot;
    bool found;

    if (!find_named(service, app, snapshot_name, &snapshot, &found, err)) return false;
    if (!found)
        return error_set(err, ERROR_INVALID,
                         "The snapshot name %s provided for restore configuration does not exist.",
                         shown);
    if (snapshot.status != SNAPSHOT_READY)
        return error_set(err, ERROR_INVALID,
                         "The snapshot %s provided for restore configuration is in %s status.",
                         shown, snapshot_status_name(snapshot.status));
    *out_snapshot = snapshot;
    return true;
}

static bool check_runtime(const struct snapshot *snapshot, enum runtime_environment runtime,
                          struct error *err) {
    char state[APP_SNAPSHOT_NAME_SIZE + 16];

    (void)text_format(state, sizeof state, "Snapshot %s",
                      enhanced_snapshot_shown_name(snapshot->name));
    return restore_check_runtime(state, snapshot->runtime, runtime, err);
}

bool restore_points_at_start(struct app_service *service, const struct app *app,
                             const struct run_configuration *run, enum runtime_environment runtime,
                             struct state_ref *out_state, struct error *err) {
    struct snapshot snapshot = {0};
    bool found = run->restore_type == RESTORE_CUSTOM;

    if (found && !find_custom(service, app, run->snapshot_name, &snapshot, err)) return false;
    if (run->restore_type == RESTORE_LATEST &&
        !snapshot_store_find_latest(service->db, app->id, &snapshot, &found, err))
        return false;
    if (found && !check_runtime(&snapshot, runtime, err)) return false;
    *out_state = restore_at_start(run->restore_type, found ? &snapshot : NULL);
    restore_points_refresh(service, app, out_state);
    return true;
}

bool restore_points_at_move(struct app_service *service, struct app *app,
                            const struct run_configuration *run, enum runtime_environment runtime,
                            struct error *err) {
    struct state_ref custom = {0};
    struct snapshot snapshot = {0};

    if (run->restore_type == RESTORE_CUSTOM) {
        if (!find_custom(service, app, run->snapshot_name, &snapshot, err)) return false;
        if (!check_runtime(&snapshot, runtime, err)) return false;
        custom = state_of(service, app, &snapshot);
    }
    restore_at_move(app, run->restore_type, &custom);
    return true;
}

static bool find_readable(struct app_service *service, const struct app *app,
                          enum runtime_environment runtime, struct snapshot *out,
                          struct error *err) {
    int64_t before = INT64_MAX;
    size_t count;

    for (;; before = out->sequence) {
        if (!snapshot_store_list_newest(service->db, app->id, before, out, 1, &count, err))
            return false;
        if (count == 0)
            return error_set(err, ERROR_REQUEST, "Application %s has no snapshots to roll back to",
                             app->name);
        if (restore_can_read(out, runtime)) return true;
    }
}

bool restore_points_at_roll_back(struct app_service *service, struct app *app,
                                 enum runtime_environment runtime, struct error *err) {
    struct state_ref *from = &app->slots[SLOT_NEXT].from;
    struct state_ref state;
    struct snapshot snapshot;
    bool has_halt;

    if (!restore_points_of_halt(service, app, &state, &has_halt, err)) return false;
    *from = restore_at_roll_back(app, has_halt ? &state : NULL, NULL);
    if (from->origin != STATE_EMPTY) return true;
    if (!find_readable(service, app, runtime, &snapshot, err)) return false;
    state = state_of(service, app, &snapshot);
    *from = restore_at_roll_back(app, NULL, &state);
    return true;
}

bool restore_points_of_halt(struct app_service *service, const struct app *app,
                            struct state_ref *out_state, bool *out_found, struct error *err) {
    bool leaves_state = app->move.halted && app->move.halt != HALT_DISCARDS;
    struct snapshot snapshot;
    bool found = false;

    if (leaves_state &&
        !snapshot_store_find(service->db, app->id, app->move.snapshot_name, &snapshot, &found, err))
        return false;
    // The deletion of an enhanced one waits for the move.
    *out_found =
        found && (snapshot.status == SNAPSHOT_READY || snapshot.status == SNAPSHOT_DELETING);
    if (*out_found) *out_state = state_of(service, app, &snapshot);
    return true;
}
