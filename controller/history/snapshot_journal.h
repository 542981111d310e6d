// Opens and closes the entries of the journal of snapshot operations. Inside a transaction of the
// caller's.
#pragma once

#include "controller/service/service.h"
#include "model/snapshot_operation.h"

// Opens one with a new id. `operation` carries the kind and what is special to it.
MUST_CHECK bool snapshot_journal_begin(struct app_service *service,
                                       const struct enhanced_snapshot *snapshot,
                                       struct snapshot_operation *operation, struct error *err);
// Closes the operation of that kind that the snapshot has in progress, if there is one. `code` and
// `reason`: of a failure; NULL or "" otherwise.
MUST_CHECK bool snapshot_journal_end(struct app_service *service, const char *snapshot_id,
                                     enum snapshot_operation_kind kind,
                                     enum operation_status status, const char *code,
                                     const char *reason, struct error *err);
// The newest operation of that kind has FAILED, and what it was to make is there after all.
MUST_CHECK bool snapshot_journal_correct(struct app_service *service,
                                         const struct enhanced_snapshot *snapshot,
                                         enum snapshot_operation_kind kind, struct error *err);
// Operations that began before this time are not shown any more.
int64_t snapshot_journal_keep_from_ms(const struct app_service *service);
