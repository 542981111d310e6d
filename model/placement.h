// Where a job runs: one cluster of an application, and the state that its job starts from.
#pragma once

#include "base/file_path.h"
#include "model/app_sizes.h"

#include <stdbool.h>
#include <stdint.h>

enum state_origin {
    STATE_EMPTY,
    STATE_SNAPSHOT,   // a savepoint
    STATE_CHECKPOINT, // of an earlier job; nothing is written to its directory any more
    STATE_ORIGIN_COUNT,
};

const char *state_origin_name(enum state_origin value); // "SNAPSHOT"
bool state_origin_from_name(const char *name, enum state_origin *out_value);

// The state that a job starts from, and its place on the disk.
struct state_ref {
    enum state_origin origin;
    char job_id[APP_JOB_ID_SIZE]; // CHECKPOINT: the job that made it
    char path[FILE_PATH_MAX];     // the directory that contains _metadata; "" = EMPTY
};

// How far a cluster has come with its job.
enum placement_phase {
    PLACEMENT_EMPTY,     // no cluster
    PLACEMENT_PLANNED,   // to be launched, not before not_before_ms
    PLACEMENT_LAUNCHED,  // the launch of cluster_id was attempted
    PLACEMENT_SUBMITTED, // job_id was chosen and its submission attempted
    PLACEMENT_UP,        // its job was seen RUNNING
    PLACEMENT_ENDED,     // its job has FINISHED: it is over, and shown as RUNNING a little longer
    PLACEMENT_PHASE_COUNT,
};

const char *placement_phase_name(enum placement_phase value); // "PLANNED"
bool placement_phase_from_name(const char *name, enum placement_phase *out_value);

// One cluster of an application and the job on it. Recorded before kobel acts on it.
struct placement {
    enum placement_phase phase;
    char cluster_id[APP_CLUSTER_ID_SIZE]; // "" before the first launch
    // The newest job that was submitted for it; "" before the first. Its checkpoints are the state.
    char job_id[APP_JOB_ID_SIZE];
    int64_t version; // the application version that it runs
    int parallelism;
    // What the job was or will be started from: its state until its first own checkpoint.
    struct state_ref from;
    bool allow_non_restored_state;
    int attempt;           // consecutive launches that failed or clusters that were lost
    int64_t not_before_ms; // the earliest time of the launch; 0 = at once
    int64_t up_since_ms;   // when its job came up last; 0 = not yet
};

// Its job was seen RUNNING.
void placement_come_up(struct placement *placement, int64_t now_ms);

enum app_slot { SLOT_CURRENT, SLOT_NEXT, SLOT_COUNT };
