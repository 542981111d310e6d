// An application: its name, its status, where its job runs and where it is being moved to.
#pragma once

#include "base/file.h"

#include <stdbool.h>
#include <stdint.h>

#define APP_ID_SIZE            17 // 16 hex digits of our own; names files and rows
#define APP_NAME_SIZE          129
#define APP_ACCOUNT_SIZE       13
#define APP_REGION_SIZE        33
#define APP_TOKEN_SIZE         65
#define APP_CLUSTER_ID_SIZE    33 // "<app id>-<attempt, hex>"; unique for ever
#define APP_JOB_ID_SIZE        33 // Flink's: 32 hex digits; also used for savepoint trigger ids
#define APP_OPERATION_ID_SIZE  13
#define APP_SNAPSHOT_NAME_SIZE 257
#define APP_FAILURE_SIZE       1024

// The statuses of the service (ApplicationStatus).
enum app_status {
    APP_READY,
    APP_STARTING,
    APP_RUNNING,
    APP_UPDATING,
    APP_AUTOSCALING,
    APP_STOPPING,
    APP_FORCE_STOPPING,
    APP_ROLLING_BACK,
    APP_MAINTENANCE,
    APP_ROLLED_BACK,
    APP_DELETING,
    APP_STATUS_COUNT,
};

const char *app_status_name(enum app_status status); // "READY"
bool app_status_from_name(const char *name, enum app_status *out_status);

// Whose application: the credential scope of a request says it (facts/kobel.md 2).
struct app_scope {
    char account[APP_ACCOUNT_SIZE];
    char region[APP_REGION_SIZE];
};

// The state that a job starts from, and where it is on disk.
enum state_origin {
    STATE_EMPTY,
    STATE_SNAPSHOT,   // a savepoint
    STATE_CHECKPOINT, // of an earlier job; its directory is never written to again
    STATE_ORIGIN_COUNT,
};

const char *state_origin_name(enum state_origin origin); // "SNAPSHOT"
bool state_origin_from_name(const char *name, enum state_origin *out_origin);

struct state_ref {
    enum state_origin origin;
    char job_id[APP_JOB_ID_SIZE]; // CHECKPOINT: whose
    char path[FILE_PATH_MAX];     // of the directory that has _metadata; "" = EMPTY
};

// How far one cluster is with the job that it was launched for.
enum placement_phase {
    PLACEMENT_EMPTY,     // no cluster
    PLACEMENT_PLANNED,   // to be launched, not before retry_at_ms
    PLACEMENT_LAUNCHED,  // launch was attempted with cluster_id
    PLACEMENT_SUBMITTED, // job_id was chosen and its submission attempted
    PLACEMENT_UP,        // every vertex was seen RUNNING
    PLACEMENT_PHASE_COUNT,
};

// One cluster of an application and the job on it: an intention, recorded before it is acted upon.
struct placement {
    enum placement_phase phase;
    char cluster_id[APP_CLUSTER_ID_SIZE]; // "" before the first launch
    char job_id[APP_JOB_ID_SIZE]; // the newest job submitted for it, "" before the first; its
                                  // checkpoints are the state
    int64_t version;              // the application version that it runs
    int parallelism;
    struct state_ref from; // what the job was started from, or is to be; without a checkpoint of
                           // its own it is its state
    bool allow_non_restored_state;
    int attempt;         // launches that failed, or clusters that were lost, in a row
    int64_t retry_at_ms; // PLANNED: not launched before; UP: since when it is up
};

enum app_slot { SLOT_CURRENT, SLOT_NEXT, SLOT_COUNT };

// What is being done to the application. The phases of a move follow from what is recorded: PREPARE
// until the next cluster is ready, HALT until `halted`, SUBMIT and CONFIRM from the phase of the
// next placement, COMMIT clears the move.
enum move_kind {
    MOVE_NONE,
    MOVE_START,
    MOVE_UPDATE,
    MOVE_SCALE,
    MOVE_ROLL_BACK,
    MOVE_STOP,
    MOVE_FORCE_STOP,
    MOVE_DELETE,
    MOVE_KIND_COUNT,
};

// How the old job ends.
enum halt_kind {
    HALT_DISCARDS,   // snapshots are disabled: its state goes with it
    HALT_SAVEPOINT,  // by stop-with-savepoint, recorded as `snapshot_name`
    HALT_CHECKPOINT, // at once; its newest checkpoint is kept as `snapshot_name`
};

struct move {
    enum move_kind kind;
    char operation_id[APP_OPERATION_ID_SIZE]; // "" for a deletion
    enum halt_kind halt;
    char snapshot_name[APP_SNAPSHOT_NAME_SIZE];
    char trigger_id[APP_JOB_ID_SIZE]; // of the stop-with-savepoint; "" until it is attempted
    bool restores_halt;               // the next job starts from what HALT leaves (else from
                                      // next.from as it is)
    bool halted;                      // the old job is over and what it left is recorded
    int64_t previous_version;         // what a reverted update goes back to
    char failure[APP_FAILURE_SIZE];   // the newest reason why something of it went wrong
    int64_t started_at_ms;
};

// The restore part of a RunConfiguration, shown while the application is not READY.
enum restore_type { RESTORE_SKIP, RESTORE_LATEST, RESTORE_CUSTOM, RESTORE_TYPE_COUNT };

const char *restore_type_name(enum restore_type type); // "RESTORE_FROM_LATEST_SNAPSHOT"
bool restore_type_from_name(const char *name, enum restore_type *out_type);

struct run_configuration {
    enum restore_type restore_type;
    char snapshot_name[APP_SNAPSHOT_NAME_SIZE]; // RESTORE_CUSTOM only
    bool allow_non_restored_state;
};

struct app {
    char id[APP_ID_SIZE];
    struct app_scope scope;
    char name[APP_NAME_SIZE];
    enum app_status status;
    int64_t version;            // current ApplicationVersionId
    int current_parallelism;    // CurrentParallelism
    bool has_run_configuration; // false while READY
    struct run_configuration run_configuration;
    struct placement slots[SLOT_COUNT];
    struct move move;
    char last_checkpoint[FILE_PATH_MAX]; // newest completed one that was seen; "" = none
    int64_t cluster_count;               // clusters ever launched; makes cluster ids unique
    int64_t created_at_ms;
    int64_t updated_at_ms;     // LastUpdateTimestamp
    char maintenance_start[6]; // "HH:MM" UTC; "" = that of the Region
    int64_t recoveries;        // clusters that were lost while the application ran
    int job_restarts;          // of the current job, by Flink itself, as far as noted
    int64_t total_restarts;    // of all jobs
};

const char *placement_phase_name(enum placement_phase phase);
bool placement_phase_from_name(const char *name, enum placement_phase *out_phase);
const char *move_kind_name(enum move_kind kind);
bool move_kind_from_name(const char *name, enum move_kind *out_kind);
// The API's name of the operation that a move is ("StartApplication"); a scaling is "AutoScaling".
const char *move_operation_name(enum move_kind kind);
