// Works on one enhanced snapshot at a time: copies for imports and exports, deletion. What is to be
// done follows from the records, so a daemon that starts continues what the last one left.
//
// A snapshot that an application makes is the application's work until it is READY or FAILED
// (controller/moves/executor_snapshot.c).
#pragma once

#include "controller/service/service.h"

// Does the next step for the snapshot of that id, and queues it again where it waits for something.
// "": removes the files of deleted snapshots that no job needs any more, and of imports that
// failed. False: it failed, and the caller repeats it later.
MUST_CHECK bool snapshot_keeper_run(struct app_service *service, const char *snapshot_id,
                                    struct error *err);
// Queues every snapshot that has work: when a daemon starts.
MUST_CHECK bool snapshot_keeper_queue_all(struct app_service *service, struct error *err);
