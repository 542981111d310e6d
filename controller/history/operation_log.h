// Opens and closes the entries of the journal of operations. Inside a transaction of the caller's.
#pragma once

#include "model/operation.h"
#include "storage/db.h"

// Opens one with a new id. `version_from` 0: no version changes.
MUST_CHECK bool operation_log_begin(struct db *db, const char *app_id, const char *name,
                                    int64_t now_ms, int64_t version_from, int64_t version_to,
                                    struct operation *out_operation, struct error *err);

// Closes one. `failure` may be NULL; it is truncated as by the service. One that is closed already
// is not changed.
MUST_CHECK bool operation_log_end(struct db *db, const char *app_id, const char *operation_id,
                                  enum operation_status status, const char *failure, int64_t now_ms,
                                  struct error *err);

MUST_CHECK bool operation_log_fail_with_roll_back(struct db *db, const char *app_id,
                                                  const char *operation_id, const char *failure,
                                                  const char *rollback_operation_id, int64_t now_ms,
                                                  struct error *err);
