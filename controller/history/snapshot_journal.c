#include "controller/history/snapshot_journal.h"

#include "base/random_id.h"
#include "base/text.h"
#include "storage/snapshot_operation_store.h"

int64_t snapshot_journal_keep_from_ms(const struct app_service *service) {
    return service_now_ms(service) - SNAPSHOT_OPERATION_KEPT_MS;
}

bool snapshot_journal_begin(struct app_service *service, const struct enhanced_snapshot *snapshot,
                            struct snapshot_operation *operation, struct error *err) {
    random_id_alphanumeric(operation->id, sizeof operation->id - 1);
    operation->scope = snapshot->scope;
    (void)text_copy(operation->snapshot_name, sizeof operation->snapshot_name, snapshot->name);
    (void)text_copy(operation->snapshot_id, sizeof operation->snapshot_id, snapshot->id);
    operation->status = OPERATION_IN_PROGRESS;
    operation->started_at_ms = service_now_ms(service);
    // The id goes directly behind the prefix (facts/api.md 12.6).
    if (operation->kind == SNAPSHOT_OPERATION_EXPORT)
        (void)text_format(operation->exported_prefix, sizeof operation->exported_prefix, "%s%s/",
                          operation->location.key_prefix, operation->id);
    return snapshot_operation_store_add(service->db, operation,
                                        snapshot_journal_keep_from_ms(service), err);
}

bool snapshot_journal_end(struct app_service *service, const char *snapshot_id,
                          enum snapshot_operation_kind kind, enum operation_status status,
                          const char *code, const char *reason, struct error *err) {
    struct snapshot_operation operation;
    bool found;

    if (!snapshot_operation_store_find_open(service->db, snapshot_id, kind, &operation, &found,
                                            err))
        return false;
    if (!found) return true;
    operation.status = status;
    operation.ended_at_ms = service_now_ms(service);
    if (status == OPERATION_FAILED) {
        (void)text_copy(operation.error_code, sizeof operation.error_code,
                        text_is_empty(code) ? SNAPSHOT_ERROR_INTERNAL : code);
        (void)text_copy(operation.error, sizeof operation.error,
                        text_is_empty(reason) ? "no reason is known" : reason);
    }
    return snapshot_operation_store_save(service->db, &operation, err);
}

bool snapshot_journal_correct(struct app_service *service, const struct enhanced_snapshot *snapshot,
                              enum snapshot_operation_kind kind, struct error *err) {
    struct snapshot_operation_filter filter = {.kind = snapshot_operation_kind_name(kind),
                                               .before_sequence = INT64_MAX};
    struct snapshot_operation operation;
    size_t count;

    if (!snapshot_operation_store_list(service->db, &snapshot->scope, snapshot->name, &filter,
                                       &operation, 1, &count, err))
        return false;
    if (count == 0 || !text_equal(operation.snapshot_id, snapshot->id)) return true;
    operation.status = OPERATION_SUCCESSFUL;
    operation.error_code[0] = operation.error[0] = '\0';
    return snapshot_operation_store_save(service->db, &operation, err);
}
