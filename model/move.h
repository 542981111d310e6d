// A move: the change of an application that is in progress. Its phases follow from the record:
// PREPARE until the next cluster is ready, HALT until `halted`, SUBMIT and CONFIRM from the phase
// of the next placement. COMMIT clears the move.
#pragma once

#include "model/app_sizes.h"

#include <stdbool.h>
#include <stdint.h>

enum move_kind {
    MOVE_NONE,
    MOVE_START,
    MOVE_UPDATE,
    MOVE_SCALE,
    MOVE_MAINTENANCE,
    MOVE_ROLL_BACK,
    MOVE_STOP,
    MOVE_FORCE_STOP,
    MOVE_DELETE,
    MOVE_KIND_COUNT,
};

const char *move_kind_name(enum move_kind value); // "ROLL_BACK"
bool move_kind_from_name(const char *name, enum move_kind *out_value);
// The API's name of the operation ("StartApplication"); that of a scaling is "AutoScaling", that of
// maintenance "ApplicationMaintenance". "" for MOVE_NONE and MOVE_DELETE.
const char *move_operation_name(enum move_kind kind);

// How the old job ends.
enum halt_kind {
    HALT_DISCARDS,   // snapshots are disabled: its state is lost
    HALT_SAVEPOINT,  // by stop-with-savepoint, recorded as `snapshot_name`
    HALT_CHECKPOINT, // at once; its newest checkpoint is kept as `snapshot_name`
    HALT_KIND_COUNT,
};

struct move {
    enum move_kind kind;
    char operation_id[APP_OPERATION_ID_SIZE]; // "" for a deletion
    enum halt_kind halt;
    char snapshot_name[APP_SNAPSHOT_NAME_SIZE];
    char trigger_id[APP_JOB_ID_SIZE]; // of the stop-with-savepoint; "" until it is attempted
    bool restores_halt;       // the next job starts from what HALT leaves, else from next.from
    bool halted;              // the old job has ended and what it left is recorded
    int64_t previous_version; // the version that a failed update goes back to
    char failure[APP_FAILURE_SIZE]; // why a part of it failed last
    int64_t started_at_ms;
};
