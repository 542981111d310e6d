// An application: its name, its status, where its job runs and which move is in progress.
#pragma once

#include "model/move.h"
#include "model/placement.h"

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

const char *app_status_name(enum app_status value); // "READY"
bool app_status_from_name(const char *name, enum app_status *out_value);

// The account and Region of an application: those of the credential scope of a request
// (facts/kobel.md 2).
struct app_scope {
    char account[APP_ACCOUNT_SIZE];
    char region[APP_REGION_SIZE];
};

enum restore_type { RESTORE_SKIP, RESTORE_LATEST, RESTORE_CUSTOM, RESTORE_TYPE_COUNT };

const char *restore_type_name(enum restore_type value); // "RESTORE_FROM_LATEST_SNAPSHOT"
bool restore_type_from_name(const char *name, enum restore_type *out_value);

// The restore part of a RunConfiguration, shown while the application is not READY.
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
    char last_checkpoint[FILE_PATH_MAX]; // the newest completed one that was seen; "" = none
    int64_t cluster_count;               // clusters ever launched; makes cluster ids unique
    int64_t created_at_ms;
    int64_t updated_at_ms;     // LastUpdateTimestamp
    char maintenance_start[6]; // "HH:MM" UTC; "" = that of the Region
    int64_t recoveries;        // clusters that were lost while the application ran
    int job_restarts;          // of the current job, by Flink itself, as recorded so far
    int64_t total_restarts;    // of all jobs
};
