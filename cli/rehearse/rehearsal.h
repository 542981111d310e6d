// `kobel rehearse` while it runs: its application and its snapshot, which are removed at the end.
#pragma once

#include "cli/run/run_state.h"

enum { REHEARSAL_SNAPSHOT_SIZE = 128, REHEARSAL_ARN_SIZE = 256, REHEARSAL_OWNER_SIZE = 129 };

struct rehearsal {
    struct run run;  // its code and properties, a daemon that it started, its lines
    bool is_created; // the application `run.name`
    bool is_tried;   // it was started
    char snapshot[REHEARSAL_SNAPSHOT_SIZE]; // "" = none yet
    char arn[REHEARSAL_ARN_SIZE];
    bool is_imported;                 // it is removed at the end
    char copy[FILE_PATH_MAX];         // of a directory, in a bucket of the daemon; "" = none
    char owner[REHEARSAL_OWNER_SIZE]; // the application whose snapshot it is; "" = the account
};

// Reads the code and the properties, starts a daemon if none answers, and creates an application
// for the rehearsal. It does not run.
MUST_CHECK bool rehearsal_open(struct rehearsal *self, struct session *session, struct error *err);
// Removes all of it, unless it is kept, and ends the daemon if rehearsal_open() started it.
void rehearsal_close(struct rehearsal *self, bool is_kept);

// Takes the snapshot of --snapshot: "s3://bucket/prefix/" and a directory are imported, others are
// names of enhanced snapshots.
MUST_CHECK bool rehearsal_take_snapshot(struct rehearsal *self, const char *snapshot,
                                        struct error *err);
// What it contains, with "fit": api/admin/snapshot_reply.h. The caller releases it.
MUST_CHECK bool rehearsal_compare(struct rehearsal *self, json_t **out_content, struct error *err);

// Starts the application from the snapshot, and waits until it works: all tasks run for a while
// without a restart, and one checkpoint is complete. The report: {"restoredMs", "checkpointMs"?,
// "stateBytes"?, "tasks": [{"name", "recordsIn", "recordsOut"}], "sourcesHeld", "trouble"?}. The
// caller releases it. False: it does not start, with Flink's reason.
MUST_CHECK bool rehearsal_try(struct rehearsal *self, json_t **out_report, struct error *err);
