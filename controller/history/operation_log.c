#include "controller/history/operation_log.h"

#include "base/random_id.h"
#include "base/text.h"
#include "storage/operation_store.h"

bool operation_log_begin(struct db *db, const char *app_id, const char *name, int64_t now_ms,
                         int64_t version_from, int64_t version_to, struct operation *out_operation,
                         struct error *err) {
    struct operation operation = {.status = OPERATION_IN_PROGRESS, .started_at_ms = now_ms};

    random_id_alphanumeric(operation.id, sizeof operation.id - 1);
    (void)text_copy(operation.name, sizeof operation.name, name);
    operation.version_from = version_from;
    operation.version_to = version_to;
    if (!operation_store_add(db, app_id, &operation, err)) return false;
    *out_operation = operation;
    return true;
}

static bool end(struct db *db, const char *app_id, const char *operation_id,
                enum operation_status status, const char *failure,
                const char *rollback_operation_id, int64_t now_ms, struct error *err) {
    struct operation operation;
    bool found;

    if (!operation_store_find(db, app_id, operation_id, &operation, &found, err)) return false;
    if (!found) return error_set(err, ERROR_NOT_FOUND, "no operation '%s'", operation_id);
    if (operation.status != OPERATION_IN_PROGRESS) return true;
    operation.status = status;
    operation.ended_at_ms = now_ms;
    if (failure != NULL) (void)text_copy(operation.error, sizeof operation.error, failure);
    if (rollback_operation_id != NULL)
        (void)text_copy(operation.rollback_operation_id, sizeof operation.rollback_operation_id,
                        rollback_operation_id);
    return operation_store_save(db, app_id, &operation, err);
}

bool operation_log_end(struct db *db, const char *app_id, const char *operation_id,
                       enum operation_status status, const char *failure, int64_t now_ms,
                       struct error *err) {
    return end(db, app_id, operation_id, status, failure, NULL, now_ms, err);
}

bool operation_log_fail_with_roll_back(struct db *db, const char *app_id, const char *operation_id,
                                       const char *failure, const char *rollback_operation_id,
                                       int64_t now_ms, struct error *err) {
    return end(db, app_id, operation_id, OPERATION_FAILED, failure, rollback_operation_id, now_ms,
               err);
}
