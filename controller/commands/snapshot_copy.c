// ImportSnapshot and ExportSnapshot: the request is recorded, the keeper (controller/snapshots)
// copies.
#include "base/random_id.h"
#include "base/text.h"
#include "controller/commands/app_service_snapshots.h"
#include "controller/commands/app_tags.h"
#include "controller/commands/snapshot_rules.h"
#include "controller/history/snapshot_journal.h"
#include "storage/enhanced_snapshot_store.h"
#include "storage/snapshot_operation_store.h"

// --- import ---

static bool read_import(struct app_service *service, const struct app_scope *scope,
                        const json_t *request, struct snapshot_answer *out, struct error *err) {
    const json_t *source = json_member(request, "ImportSourceConfiguration");
    struct enhanced_snapshot *snapshot = &out->snapshot;
    struct snapshot_operation *operation = &out->operation;

    random_id_hex(snapshot->id, sizeof snapshot->id - 1);
    snapshot->scope = *scope;
    (void)text_copy(snapshot->name, sizeof snapshot->name,
                    json_text_or(request, "SnapshotName", ""));
    (void)text_copy(snapshot->description, sizeof snapshot->description,
                    json_text_or(request, "SnapshotDescription", ""));
    snapshot->status = SNAPSHOT_CREATING;
    snapshot->maker = MADE_BY_IMPORT;
    snapshot->created_at_ms = service_now_ms(service);
    operation->kind = SNAPSHOT_OPERATION_IMPORT;
    (void)text_copy(operation->role_arn, sizeof operation->role_arn,
                    json_text_or(source, "ImportRoleArn", ""));
    if (!snapshot_rules_read_location(json_member(source, "SourceS3PrefixLocation"),
                                      &snapshot->source, err) ||
        !snapshot_rules_read_key(json_member(source, "SourceEncryptionConfiguration"),
                                 operation->source_key_arn, err) ||
        !snapshot_rules_read_key(json_member(request, "DestinationEncryptionConfiguration"),
                                 operation->destination_key_arn, err))
        return false;
    operation->location = snapshot->source;
    (void)text_copy(snapshot->key_arn, sizeof snapshot->key_arn, operation->destination_key_arn);
    return true;
}

bool app_service_snapshot_import(struct app_service *service, const struct app_scope *scope,
                                 const json_t *request, struct snapshot_answer *out_answer,
                                 struct error *err) {
    const char *name = json_text_or(request, "SnapshotName", "");
    const json_t *tags = json_member(request, "Tags");
    struct snapshot_answer answer = {0};
    AUTO(db_rollback) struct db_tx tx = {0};

    if (!snapshot_rules_check_name(name, err) || !snapshot_rules_check_tags(tags, err) ||
        !read_import(service, scope, request, &answer, err) ||
        !snapshot_rules_check_free(service, scope, name, err) ||
        !snapshot_rules_check_transfers(service, scope, err) ||
        !snapshot_rules_check_quota(service, scope, err) ||
        !snapshot_rules_check_tag_count(service, tags, err))
        return false;
    if (!db_begin(service->db, &tx, err)) return false;
    if (!enhanced_snapshot_store_add(service->db, &answer.snapshot, err) ||
        !snapshot_journal_begin(service, &answer.snapshot, &answer.operation, err) ||
        !app_tags_set(service, answer.snapshot.id, tags, err) || !db_commit(&tx, err))
        return false;
    service_wake_snapshot(service, answer.snapshot.id);
    *out_answer = answer;
    return true;
}

// --- export ---

static bool read_export(const json_t *request, struct snapshot_operation *operation,
                        struct error *err) {
    const json_t *destination = json_member(request, "ExportDestinationConfiguration");

    operation->kind = SNAPSHOT_OPERATION_EXPORT;
    (void)text_copy(operation->role_arn, sizeof operation->role_arn,
                    json_text_or(destination, "ExportRoleArn", ""));
    return snapshot_rules_read_key(json_member(destination, "DestinationEncryptionConfiguration"),
                                   operation->destination_key_arn, err) &&
           snapshot_rules_read_location(json_member(destination, "DestinationS3PrefixLocation"),
                                        &operation->location, err);
}

static bool check_export(struct app_service *service, const struct enhanced_snapshot *snapshot,
                         struct error *err) {
    struct snapshot_operation open;
    bool found;

    if (snapshot->status != SNAPSHOT_READY)
        return error_set(err, ERROR_CONFLICT, "Snapshot %s is in %s status", snapshot->name,
                         snapshot_status_name(snapshot->status));
    if (!snapshot_operation_store_find_open(service->db, snapshot->id, SNAPSHOT_OPERATION_EXPORT,
                                            &open, &found, err))
        return false;
    if (found)
        return error_set(err, ERROR_LIMIT, "Snapshot %s is being exported already, by operation %s",
                         snapshot->name, open.id);
    return snapshot_rules_check_transfers(service, &snapshot->scope, err);
}

bool app_service_snapshot_export(struct app_service *service, const struct app_scope *scope,
                                 const json_t *request, struct snapshot_answer *out_answer,
                                 struct error *err) {
    struct snapshot_answer answer = {0};
    struct snapshot_operation *operation = &answer.operation;
    AUTO(db_rollback) struct db_tx tx = {0};

    if (!read_export(request, operation, err)) return false;
    if (!app_service_snapshot_describe(service, scope, json_text_or(request, "SnapshotName", ""),
                                       &answer.snapshot, err))
        return false;
    if (!check_export(service, &answer.snapshot, err)) return false;
    if (!db_begin(service->db, &tx, err)) return false;
    if (!snapshot_journal_begin(service, &answer.snapshot, operation, err) || !db_commit(&tx, err))
        return false;
    service_wake_snapshot(service, answer.snapshot.id);
    *out_answer = answer;
    return true;
}
