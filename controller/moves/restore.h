// From which state does the next job of an application start, and what must therefore stay on disk?
// Pure: no I/O. controller/moves/restore_points.h acts on the answers, and is the only place that
// removes state.
//
// The state of a job is its newest complete checkpoint *on disk*, not on record: with one retained
// checkpoint the recorded one may be gone. Before its first checkpoint it is what the job was
// started from.
#pragma once

#include "model/app.h"
#include "model/snapshot.h"

// What is on disk: the newest complete checkpoint of the job of each slot; "" = it has none.
struct restore_facts {
    char checkpoints[SLOT_COUNT][FILE_PATH_MAX];
    // Where a snapshot by hand became what the next job of a slot starts from: what its job was
    // started from itself. Until its first checkpoint Flink goes back to that (from 1.15 on it does
    // not restore savepoints of a running job: FLINK-25191).
    struct state_ref origins[SLOT_COUNT];
    bool is_unsure; // what is needed could not be found out: everything is
};

struct state_ref restore_of_snapshot(const struct snapshot *snapshot);

// The state of the job of a slot, which the next job that is submitted for it starts from.
struct state_ref restore_of_slot(const struct app *app, enum app_slot slot,
                                 const struct restore_facts *facts);

// The old job has ended and left `left`: what the next one starts from.
struct state_ref restore_after_halt(const struct app *app, const struct state_ref *left);

// The application comes to rest and no job was stopped with a savepoint of its own: the state that
// must be kept as a snapshot, and the slot whose job it is of. False: there is none, or `latest`
// (the newest READY snapshot, NULL = none) is as new.
bool restore_at_rest(const struct app *app, const struct restore_facts *facts,
                     const struct snapshot *latest, struct state_ref *out_state,
                     enum app_slot *out_slot);

// Must the checkpoints of `job_id` stay for what runs or is being moved? (Those that a snapshot
// refers to stay anyway.)
bool restore_needs_job(const struct app *app, const struct restore_facts *facts,
                       const char *job_id);
// Must the files of a snapshot stay for what runs or is being moved, whatever becomes of its name?
bool restore_needs_snapshot(const struct app *app, const struct restore_facts *facts,
                            const struct snapshot *snapshot);

// Where a job that is submitted again starts from, in words that leave no doubt about what is lost.
const char *restore_words(const struct state_ref *from, bool checkpointing_enabled);
