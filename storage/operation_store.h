// The operations of an application, as ListApplicationOperations shows them. The only file that
// knows the table `operation`.
#pragma once

#include "model/operation.h"
#include "model/operation_filter.h"
#include "storage/db.h"

// Adds one and sets its sequence. Keeps the newest 1000 of an application.
MUST_CHECK bool operation_store_add(struct db *db, const char *app_id, struct operation *operation,
                                    struct error *err);
// *out_found false: the application has no such operation, or no longer.
MUST_CHECK bool operation_store_find(struct db *db, const char *app_id, const char *operation_id,
                                     struct operation *out_operation, bool *out_found,
                                     struct error *err);
// Writes status, end, versions, error and rollback id.
MUST_CHECK bool operation_store_save(struct db *db, const char *app_id,
                                     const struct operation *operation, struct error *err);

// Newest first.
MUST_CHECK bool operation_store_list(struct db *db, const char *app_id,
                                     const struct operation_filter *filter,
                                     struct operation *out_list, size_t limit, size_t *out_count,
                                     struct error *err);
