// The questions about enhanced snapshots, and DeleteSnapshot.
#include "base/text.h"
#include "controller/commands/app_service_snapshots.h"
#include "controller/history/snapshot_journal.h"
#include "controller/moves/snapshot_ledger.h"
#include "storage/enhanced_snapshot_store.h"
#include "storage/snapshot_operation_store.h"

// --- snapshots ---

bool app_service_snapshot_describe(struct app_service *service, const struct app_scope *scope,
                                   const char *name, struct enhanced_snapshot *out_snapshot,
                                   struct error *err) {
    bool found;

    if (!enhanced_snapshot_store_find(service->db, scope, name, out_snapshot, &found, err))
        return false;
    return found || error_set(err, ERROR_NOT_FOUND, "Snapshot '%s' does not exist.", name);
}

static bool refuse_filters(struct error *err) {
    return error_set(err, ERROR_INVALID, "Only one filter can be given.");
}

bool app_service_snapshot_list(struct app_service *service, const struct app_scope *scope,
                               const struct enhanced_filter *filter,
                               struct enhanced_snapshot *out_list, size_t limit, size_t *out_count,
                               struct error *err) {
    int filters = (filter->app_name != NULL) + (filter->initiator != NULL) +
                  (filter->maker != NULL) + (filter->status != NULL);

    if (filters > 1) return refuse_filters(err);
    return enhanced_snapshot_store_list(service->db, scope, filter, out_list, limit, out_count,
                                        err);
}

// In seconds, as it was given.
static bool refuse_timestamp(const char *name, int64_t given_ms, struct error *err) {
    char fraction[8] = "";

    if (given_ms % 1000 != 0)
        (void)text_format(fraction, sizeof fraction, ".%03lld", (long long)given_ms % 1000);
    return error_set(err, ERROR_INVALID,
                     "Snapshot '%s' has a different SnapshotCreationTimestamp than the one you "
                     "provided '%lld%s'. Please call DescribeSnapshot to fetch valid "
                     "SnapshotCreationTimestamp.",
                     name, (long long)given_ms / 1000, fraction);
}

bool app_service_snapshot_delete(struct app_service *service, const struct app_scope *scope,
                                 const char *name, int64_t created_at_ms,
                                 struct snapshot_answer *out_answer, struct error *err) {
    struct snapshot_answer answer;

    if (!app_service_snapshot_describe(service, scope, name, &answer.snapshot, err)) return false;
    if (created_at_ms / 1000 != answer.snapshot.created_at_ms / 1000)
        return refuse_timestamp(name, created_at_ms, err);
    if (answer.snapshot.status != SNAPSHOT_READY && answer.snapshot.status != SNAPSHOT_FAILED)
        return error_set(err, ERROR_CONFLICT, "Snapshot %s is in %s status", name,
                         snapshot_status_name(answer.snapshot.status));
    if (!snapshot_ledger_begin_deletion(service, &answer.snapshot, &answer.operation, err))
        return false;
    *out_answer = answer;
    return true;
}

// --- operations ---

bool app_service_snapshot_describe_operation(struct app_service *service,
                                             const struct app_scope *scope, const char *name,
                                             const char *operation_id,
                                             struct snapshot_operation *out_operation,
                                             struct error *err) {
    bool found;

    if (!snapshot_operation_store_find(service->db, scope, name, operation_id, out_operation,
                                       &found, err))
        return false;
    if (found && out_operation->started_at_ms < snapshot_journal_keep_from_ms(service))
        found = false;
    return found ||
           error_set(err, ERROR_NOT_FOUND, "Snapshot operation '%s' does not exist.", operation_id);
}

// Neither a snapshot nor an operation has the name.
static bool check_name_exists(struct app_service *service, const struct app_scope *scope,
                              const char *name, struct error *err) {
    const struct snapshot_operation_filter any = {
        .before_sequence = INT64_MAX, .keep_from_ms = snapshot_journal_keep_from_ms(service)};
    struct enhanced_snapshot snapshot;
    struct snapshot_operation operation;
    size_t count;
    bool found;

    if (!enhanced_snapshot_store_find(service->db, scope, name, &snapshot, &found, err))
        return false;
    if (found) return true;
    if (!snapshot_operation_store_list(service->db, scope, name, &any, &operation, 1, &count, err))
        return false;
    return count > 0 || error_set(err, ERROR_NOT_FOUND, "Snapshot '%s' does not exist.", name);
}

bool app_service_snapshot_list_operations(struct app_service *service,
                                          const struct app_scope *scope, const char *name,
                                          const struct snapshot_operation_filter *filter,
                                          struct snapshot_operation *out_list, size_t limit,
                                          size_t *out_count, struct error *err) {
    if (filter->kind != NULL && filter->status != NULL) return refuse_filters(err);
    if (!check_name_exists(service, scope, name, err)) return false;
    struct snapshot_operation_filter kept = *filter;
    kept.keep_from_ms = snapshot_journal_keep_from_ms(service);
    return snapshot_operation_store_list(service->db, scope, name, &kept, out_list, limit,
                                         out_count, err);
}
