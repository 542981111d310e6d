// The records of a snapshot that an application makes: the one place that adds its row, changes its
// status and removes it. Where the application uses enhanced snapshots, there are two rows, which
// change together: the application's (storage/snapshot_store.h) and the account's
// (storage/enhanced_snapshot_store.h), and an operation in the account's journal.
//
// All functions but the first and the last three are called inside a transaction of the caller's.
#pragma once

#include "controller/service/service.h"
#include "model/snapshot_operation.h"

// The two rows that are added beside the application's; empty for an application snapshot.
struct snapshot_ledger_entry {
    struct enhanced_snapshot snapshot;
    struct snapshot_operation operation;
};

// A snapshot of the current job, which runs `version` with the settings `spec`, under the name of
// its row: CREATING, with a new trigger. Stores nothing.
void snapshot_ledger_prepare(struct app_service *service, const struct app *app, int64_t version,
                             const struct job_spec *spec, const char *row_name,
                             struct snapshot *out_snapshot);
// Adds a snapshot that is CREATING; `snapshot->name` decides about its kind. `description` may be
// NULL. Sets sequence and enhanced id. ERROR_EXISTS. `out_entry` may be NULL.
MUST_CHECK bool snapshot_ledger_open(struct app_service *service, const struct app *app,
                                     struct snapshot *snapshot, const char *description,
                                     struct snapshot_ledger_entry *out_entry, struct error *err);
// Makes `snapshot` READY at `location`. An enhanced one is moved to the place where it outlives the
// application, which is its location then. Saves nothing.
MUST_CHECK bool snapshot_ledger_complete(struct app_service *service, const struct app *app,
                                         struct snapshot *snapshot, const char *location,
                                         struct error *err);
// Saves what changed, and ends the operation of an enhanced one that is READY or FAILED. Logs the
// event, with `reason`.
MUST_CHECK bool snapshot_ledger_save(struct app_service *service, const struct app *app,
                                     const struct snapshot *snapshot, const char *reason,
                                     struct error *err);
// Removes one that was never complete and is asked for again under the same name, with its
// operation, as if it had not been begun.
MUST_CHECK bool snapshot_ledger_drop(struct app_service *service, const struct app *app,
                                     const struct snapshot *snapshot, struct error *err);
// The application is being removed, and its files are: what it was still making FAILED, unless its
// files are where the account's are.
MUST_CHECK bool snapshot_ledger_abandon(struct app_service *service, const struct app *app,
                                        struct error *err);

// A free name for the snapshot of a move, which its row gets; has been chosen before, and may be
// taken by now.
MUST_CHECK bool snapshot_ledger_free_name(struct app_service *service, struct app *app,
                                          struct error *err);

// Begins the deletion of an enhanced snapshot that is READY or FAILED: the journal has the
// operation, and the keeper (controller/snapshots) does the rest. Has a transaction of its own.
MUST_CHECK bool snapshot_ledger_begin_deletion(struct app_service *service,
                                               struct enhanced_snapshot *snapshot,
                                               struct snapshot_operation *out_operation,
                                               struct error *err);

// The application that it was made from, if that still exists; and its row for the same savepoint.
MUST_CHECK bool snapshot_ledger_find_app(struct app_service *service,
                                         const struct enhanced_snapshot *snapshot,
                                         struct app *out_app, bool *out_found, struct error *err);
MUST_CHECK bool snapshot_ledger_find_row(struct app_service *service,
                                         const struct enhanced_snapshot *snapshot,
                                         struct app *out_app, struct snapshot *out_row,
                                         bool *out_found, struct error *err);
