// Requests about snapshots of both kinds: those that an application has, and the enhanced ones of
// the account, which applications in the mode ENHANCED_SNAPSHOTS take (facts/api.md 12).
#pragma once

#include "base/json.h"
#include "cli/client/client.h"

enum { SNAPSHOT_CALLS_NAME_SIZE = 300, SNAPSHOT_CALLS_ID_SIZE = 80 };

// Of which kind are the snapshots of an application? `detail` is its ApplicationDetail.
bool snapshots_are_enhanced(const json_t *detail);

// All snapshots that belong to the application, newest first (the service lists the oldest first).
// The caller releases them.
MUST_CHECK bool snapshots_of_app(struct client *client, const char *app_name,
                                 json_t **out_snapshots, struct error *err);
// The newest `most` enhanced snapshots as the service lists them, newest first. `source`: the name
// of the application that they were made from; NULL = all of the account.
MUST_CHECK bool snapshots_of_account(struct client *client, const char *source, size_t most,
                                     json_t **out_snapshots, struct error *err);

// The name of the newest snapshot from which the application would be restored; "" = none.
MUST_CHECK bool snapshots_newest(struct client *client, const char *app_name, char *out,
                                 size_t size_bytes, struct error *err);
// The same after a stop that was not forced; "" when the stop made none because SnapshotsEnabled is
// false.
MUST_CHECK bool snapshots_of_stop(struct client *client, const char *app_name, char *out,
                                  size_t size_bytes, struct error *err);

// The SnapshotInfoDetails of an enhanced one. ERROR_NOT_FOUND: there is none.
MUST_CHECK bool snapshot_describe(struct client *client, const char *name, json_t **out_details,
                                  struct error *err);

// CreateSnapshot, ExportSnapshot or ImportSnapshot. Consumes `request`.
MUST_CHECK bool snapshot_begin(struct client *client, const char *operation, json_t *request,
                               char out_id[static SNAPSHOT_CALLS_ID_SIZE], struct error *err);
// Waits for the end of the operation. *out_operation is its SnapshotOperationInfoDetails.
// ERROR_REQUEST: it failed; with the reason.
MUST_CHECK bool snapshot_wait(struct client *client, const char *name, const char *operation_id,
                              json_t **out_operation, struct error *err);
// Both.
MUST_CHECK bool snapshot_run(struct client *client, const char *operation, json_t *request,
                             json_t **out_operation, struct error *err);
