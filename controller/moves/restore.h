// From which state does the next job of an application start, and what must therefore stay on disk?
// Pure: no I/O. controller/moves/restore_points.h finds what these functions ask for,
// restore_points_keep.h and restore_points_remove.h act on the answers.
//
// The state of a job is its newest complete checkpoint *on disk*, not on record: with one retained
// checkpoint the recorded one may have been replaced. Before its first checkpoint it is what the
// job was started from.
#pragma once

#include "base/error.h"
#include "model/app.h"
#include "model/snapshot.h"

// What is on disk: the newest complete checkpoint of the job of each slot; "" = it has none.
struct restore_facts {
    char checkpoints[SLOT_COUNT][FILE_PATH_MAX];
    // Where a manual snapshot became what the next job of a slot starts from: what the job itself
    // was started from. Until its first checkpoint Flink goes back to that (from 1.15 on it does
    // not restore savepoints of a running job: FLINK-25191).
    struct state_ref origins[SLOT_COUNT];
    bool is_unsure; // a part could not be read: everything is needed
};

struct state_ref restore_of_snapshot(const struct snapshot *snapshot);

// The state of the job of a slot, which the next job that is submitted for it starts from.
struct state_ref restore_of_slot(const struct app *app, enum app_slot slot,
                                 const struct restore_facts *facts);

// --- what a command asks for ---

// StartApplication: `wanted` is the snapshot that `type` stands for, NULL = there is none. Without
// one the job starts empty: right for a first start (facts/api.md 5.5).
struct state_ref restore_at_start(enum restore_type type, const struct snapshot *wanted);

// A move that ends the old job: LATEST is what HALT will leave, CUSTOM is `custom`. Sets
// `move.restores_halt` and the state of slot NEXT.
void restore_at_move(struct app *app, enum restore_type type, const struct state_ref *custom);

// The version before continues from what HALT left; else from what slot NEXT was to start from;
// else from `newest`, the newest snapshot that it can read. NULL = there is none.
struct state_ref restore_at_roll_back(const struct app *app, const struct state_ref *left,
                                      const struct state_ref *newest);
// Can a job of this Flink start from the snapshot? Savepoints of a later Flink cannot be read
// (facts/service.md 8.2).
bool restore_can_read(const struct snapshot *snapshot, enum runtime_environment runtime);
// ERROR_INVALID: a job of `runtime` cannot start from `state`, which is of the runtime `origin`.
MUST_CHECK bool restore_check_runtime(const char *state, enum runtime_environment origin,
                                      enum runtime_environment runtime, struct error *err);

// --- when a job ends ---

// The old job ended without a savepoint: what it left. `late` is a savepoint that completed after
// its move was given up, NULL = there is none.
struct state_ref restore_without_halt(const struct app *app, const struct restore_facts *facts,
                                      const struct snapshot *late);

// The old job has ended and left `left`: what the next one starts from.
struct state_ref restore_after_halt(const struct app *app, const struct state_ref *left);

// Did `late`, the savepoint of a move that was given up, stop the current job? Certain only where
// no checkpoint followed it.
bool restore_was_stopped_by(const struct app *app, const struct snapshot *late);

// The application becomes READY, and no job was stopped with a savepoint: the state that must be
// kept as a snapshot, and the slot whose job it is of. False: there is none, or `latest` (the
// newest READY snapshot, NULL = none) is as new.
bool restore_to_keep(const struct app *app, const struct restore_facts *facts,
                     const struct snapshot *latest, struct state_ref *out_state,
                     enum app_slot *out_slot);

// A manual snapshot of the current job is complete: does a job that is submitted again start from
// it? Only where the job has no checkpoint of its own, as with checkpointing disabled.
bool restore_from_manual(const struct app *app, const struct restore_facts *facts);

// --- what must stay ---

// Must the checkpoints of `job_id` stay for what runs or is being moved? (Those that a snapshot
// refers to stay anyway.)
bool restore_needs_job(const struct app *app, const struct restore_facts *facts,
                       const char *job_id);
// Must the files of a snapshot stay for what runs or is being moved, also when its row is removed?
bool restore_needs_snapshot(const struct app *app, const struct restore_facts *facts,
                            const struct snapshot *snapshot);
// Why the user cannot delete a snapshot while a move is in progress, to follow its name; NULL = the
// user can.
const char *restore_keeps_listed(const struct app *app, const struct snapshot *snapshot);

// What a job that is submitted again starts from, for the history: what may be lost is clear.
const char *restore_words(const struct state_ref *from, bool checkpointing_enabled);
