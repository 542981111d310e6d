#include "controller/moves/restore.h"

#include "base/text.h"

static struct state_ref state_of(enum state_origin origin, const char *job_id, const char *path) {
    struct state_ref state = {.origin = origin};

    (void)text_copy(state.job_id, sizeof state.job_id, job_id);
    (void)text_copy(state.path, sizeof state.path, path);
    return state;
}

struct state_ref restore_of_snapshot(const struct snapshot *snapshot) {
    if (snapshot->location[0] == '\0') return (struct state_ref){0};
    if (snapshot->job_id[0] == '\0') return state_of(STATE_SNAPSHOT, "", snapshot->location);
    return state_of(STATE_CHECKPOINT, snapshot->job_id, snapshot->location);
}

static bool has_checkpoint(const struct app *app, enum app_slot slot,
                           const struct restore_facts *facts) {
    return app->slots[slot].job_id[0] != '\0' && facts->checkpoints[slot][0] != '\0';
}

struct state_ref restore_of_slot(const struct app *app, enum app_slot slot,
                                 const struct restore_facts *facts) {
    const struct placement *placement = &app->slots[slot];

    if (!has_checkpoint(app, slot, facts)) return placement->from;
    return state_of(STATE_CHECKPOINT, placement->job_id, facts->checkpoints[slot]);
}

// --- what a command asks for ---

struct state_ref restore_at_start(enum restore_type type, const struct snapshot *wanted) {
    static const struct state_ref empty = {0};

    return type == RESTORE_SKIP || wanted == NULL ? empty : restore_of_snapshot(wanted);
}

void restore_at_move(struct app *app, enum restore_type type, const struct state_ref *custom) {
    app->move.restores_halt = type == RESTORE_LATEST;
    app->slots[SLOT_NEXT].from = (struct state_ref){0};
    if (type == RESTORE_CUSTOM) app->slots[SLOT_NEXT].from = *custom;
}

struct state_ref restore_at_roll_back(const struct app *app, const struct state_ref *left,
                                      const struct state_ref *newest) {
    const struct state_ref *planned = &app->slots[SLOT_NEXT].from;

    if (left != NULL) return *left;
    return planned->origin == STATE_EMPTY && newest != NULL ? *newest : *planned;
}

bool restore_can_read(const struct snapshot *snapshot, enum runtime_environment runtime) {
    return snapshot->status == SNAPSHOT_READY &&
           runtime_environment_reads(runtime, snapshot->runtime);
}

bool restore_check_runtime(const char *state, enum runtime_environment origin,
                           enum runtime_environment runtime, struct error *err) {
    if (runtime_environment_reads(runtime, origin)) return true;
    return error_set(err, ERROR_INVALID,
                     "%s is of runtime environment %s, which %s cannot read. Name a snapshot that "
                     "it can read, or use SKIP_RESTORE_FROM_SNAPSHOT.",
                     state, runtime_environment_name(origin), runtime_environment_name(runtime));
}

// --- when a job ends ---

struct state_ref restore_without_halt(const struct app *app, const struct restore_facts *facts,
                                      const struct snapshot *late) {
    return late != NULL ? restore_of_snapshot(late) : restore_of_slot(app, SLOT_CURRENT, facts);
}

struct state_ref restore_after_halt(const struct app *app, const struct state_ref *left) {
    bool takes_it = app->move.restores_halt && app->move.halt != HALT_DISCARDS;

    return takes_it ? *left : app->slots[SLOT_NEXT].from;
}

bool restore_was_stopped_by(const struct app *app, const struct snapshot *late) {
    return late->after_checkpoint[0] != '\0' &&
           text_equal(late->after_checkpoint, app->last_checkpoint);
}

bool restore_from_manual(const struct app *app, const struct restore_facts *facts) {
    return !has_checkpoint(app, SLOT_CURRENT, facts);
}

bool restore_to_keep(const struct app *app, const struct restore_facts *facts,
                     const struct snapshot *latest, struct state_ref *out_state,
                     enum app_slot *out_slot) {
    bool has_old_job = !app->move.halted && app->slots[SLOT_CURRENT].phase != PLACEMENT_EMPTY;
    enum app_slot slot = SLOT_NEXT;

    // What the old job was stopped with is on record: of the next one only what it did itself.
    if (app->slots[SLOT_NEXT].phase == PLACEMENT_EMPTY || !has_checkpoint(app, SLOT_NEXT, facts))
        slot = has_old_job ? SLOT_CURRENT : SLOT_NEXT;
    struct state_ref state = restore_of_slot(app, slot, facts);
    if (app->slots[slot].phase == PLACEMENT_EMPTY || state.origin == STATE_EMPTY) return false;
    if (latest != NULL && (text_equal(latest->location, state.path) ||
                           text_equal(latest->after_checkpoint, state.path)))
        return false;
    *out_state = state;
    *out_slot = slot;
    return true;
}

// --- what must stay ---

bool restore_needs_job(const struct app *app, const struct restore_facts *facts,
                       const char *job_id) {
    if (facts->is_unsure) return true;
    for (int index = 0; index < SLOT_COUNT; index++) {
        const struct placement *placement = &app->slots[index];
        if (placement->phase == PLACEMENT_EMPTY) continue;
        if (text_equal(placement->job_id, job_id)) return true;
        // The first checkpoint after a restore is a full one (claim mode NO_CLAIM): from then on
        // nothing refers to what the job was started from.
        if (has_checkpoint(app, (enum app_slot)index, facts)) continue;
        if ((placement->from.origin == STATE_CHECKPOINT &&
             text_equal(placement->from.job_id, job_id)) ||
            text_equal(facts->origins[index].job_id, job_id))
            return true;
    }
    return false;
}

// What a move that fails goes back to, also where its new job was to start from something else.
static bool is_of_move(const struct app *app, const struct snapshot *snapshot) {
    return app->move.kind != MOVE_NONE && text_equal(app->move.snapshot_name, snapshot->name);
}

bool restore_needs_snapshot(const struct app *app, const struct restore_facts *facts,
                            const struct snapshot *snapshot) {
    if (snapshot->location[0] == '\0') return false;
    if (facts->is_unsure) return true;
    if (is_of_move(app, snapshot)) return true;
    for (int index = 0; index < SLOT_COUNT; index++) {
        const struct placement *placement = &app->slots[index];
        if (placement->phase != PLACEMENT_EMPTY &&
            !has_checkpoint(app, (enum app_slot)index, facts) &&
            (text_equal(placement->from.path, snapshot->location) ||
             text_equal(facts->origins[index].path, snapshot->location)))
            return true;
    }
    return false;
}

const char *restore_keeps_listed(const struct app *app, const struct snapshot *snapshot) {
    if (is_of_move(app, snapshot)) return "belongs to an operation that is in progress";
    if (app->move.kind != MOVE_NONE && snapshot->location[0] != '\0' &&
        text_equal(app->slots[SLOT_NEXT].from.path, snapshot->location))
        return "is being restored";
    return NULL;
}

const char *restore_words(const struct state_ref *from, bool checkpointing_enabled) {
    switch (from->origin) {
    case STATE_CHECKPOINT:
        return "the job is submitted again, from its newest checkpoint";
    case STATE_SNAPSHOT:
        return checkpointing_enabled
                   ? "the job is submitted again, from the last snapshot: it has not completed a "
                     "checkpoint yet"
                   : "the job is submitted again, from the last snapshot: checkpointing is "
                     "disabled";
    case STATE_EMPTY:
    case STATE_ORIGIN_COUNT:
        break;
    }
    return checkpointing_enabled
               ? "the job is submitted again, empty: it has neither a checkpoint nor a snapshot"
               : "the job is submitted again, empty: checkpointing is disabled, and there is no "
                 "snapshot of it";
}
