// A snapshot: the service's name for a Flink savepoint. When a job ended without one, its newest
// checkpoint is kept as a snapshot.
#pragma once

#include "model/app.h"
#include "model/runtime_environment.h"

enum snapshot_status {
    SNAPSHOT_CREATING,
    SNAPSHOT_READY,
    SNAPSHOT_DELETING,
    SNAPSHOT_FAILED,
    SNAPSHOT_STATUS_COUNT,
};

const char *snapshot_status_name(enum snapshot_status value);
bool snapshot_status_from_name(const char *name, enum snapshot_status *out_value);

// The name of one that belongs to an account (model/enhanced_snapshot.h) begins with this, as in
// its ARN. No name that a request gives to an application snapshot has a slash.
#define SNAPSHOT_ENHANCED_PREFIX "snapshot/"

struct snapshot {
    int64_t sequence; // set by the store, in the order of creation
    char name[APP_SNAPSHOT_NAME_SIZE];
    char enhanced_id[APP_ID_SIZE]; // "" = an application snapshot
    enum snapshot_status status;
    bool is_automatic;                 // taken by a stop, an update or a scaling, not by a request
    int64_t version;                   // ApplicationVersionId when it was taken
    enum runtime_environment runtime;  // of that version
    char trigger_id[APP_JOB_ID_SIZE];  // of the savepoint request
    char key_arn[ENCRYPTION_KEY_SIZE]; // of the application then; "" = AWS_OWNED_KEY
    char location[FILE_PATH_MAX];      // directory of the savepoint; "" until READY
    // The job of a kept checkpoint; "" = a savepoint. The files stay in the job's checkpoint
    // directory, because they contain absolute paths.
    char job_id[APP_JOB_ID_SIZE];
    // The job's newest checkpoint at the time of the request; "" = none. While the job has no
    // other, the snapshot is newer than all its checkpoints.
    char after_checkpoint[FILE_PATH_MAX];
    int64_t created_at_ms;
    int tries;             // failed tries that were repeated
    int64_t not_before_ms; // of the next try
};

static inline bool snapshot_is_enhanced(const struct snapshot *snapshot) {
    return snapshot->enhanced_id[0] != '\0';
}
