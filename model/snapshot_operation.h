// The record of one asynchronous act on an enhanced snapshot. It stays 90 days of the service's
// clock, also when the snapshot is gone (facts/api.md 12.4).
#pragma once

#include "model/enhanced_snapshot.h"
#include "model/operation.h"

#define SNAPSHOT_OPERATION_KEPT_MS ((int64_t)90 * 24 * 3600 * 1000)

enum snapshot_operation_kind {
    SNAPSHOT_OPERATION_CREATE,
    SNAPSHOT_OPERATION_DELETE,
    SNAPSHOT_OPERATION_IMPORT,
    SNAPSHOT_OPERATION_EXPORT,
    SNAPSHOT_OPERATION_SYSTEM_CREATE,
    SNAPSHOT_OPERATION_KIND_COUNT,
};

const char *snapshot_operation_kind_name(enum snapshot_operation_kind value); // "CreateSnapshot"
bool snapshot_operation_kind_from_name(const char *name, enum snapshot_operation_kind *out_value);

#define SNAPSHOT_ERROR_CODE_SIZE 65

struct snapshot_operation {
    int64_t sequence; // set by the store; increases with every operation
    char id[APP_OPERATION_ID_SIZE];
    struct app_scope scope;
    char snapshot_name[ENHANCED_NAME_SIZE];
    char snapshot_id[APP_ID_SIZE]; // of the snapshot that had the name then
    enum snapshot_operation_kind kind;
    enum operation_status status;
    int64_t started_at_ms;
    int64_t ended_at_ms; // 0 while in progress
    // SYSTEM_CREATE: the application's operation that caused it; "" = none.
    char app_operation_id[APP_OPERATION_ID_SIZE];
    char app_name[APP_NAME_SIZE];
    struct s3_location location; // source of an import, destination of an export
    char exported_prefix[ENHANCED_KEY_PREFIX_SIZE + APP_OPERATION_ID_SIZE]; // of an export; the
                                                                            // operation shows it
                                                                            // after success
    char role_arn[ENHANCED_ROLE_ARN_SIZE];
    char source_key_arn[ENCRYPTION_KEY_SIZE];      // of an import; "" = AWS_OWNED_KEY
    char destination_key_arn[ENCRYPTION_KEY_SIZE]; // of an import or export; "" = AWS_OWNED_KEY
    char error_code[SNAPSHOT_ERROR_CODE_SIZE];     // FAILED only
    char error[OPERATION_ERROR_SIZE];
};

struct snapshot_operation_filter {
    const char *kind;        // by its name; NULL = any; borrowed
    const char *status;      // by its name; NULL = any
    int64_t before_sequence; // INT64_MAX = from the newest
    int64_t keep_from_ms;    // none that began before this time
};

// The values of ErrorCode (facts/api.md 12.4).
#define SNAPSHOT_ERROR_SAVEPOINT "SavepointFailed"
#define SNAPSHOT_ERROR_INTERNAL  "InternalFailure"
