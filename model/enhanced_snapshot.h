// An enhanced snapshot: a savepoint that belongs to an account and a Region (facts/api.md 12). It
// has files of its own and outlives the application that it was made from. While that application
// exists, it has a row for the same savepoint (model/snapshot.h), which refers to this one by its
// id.
#pragma once

#include "model/snapshot.h"

#define ENHANCED_NAME_SIZE        101
#define ENHANCED_DESCRIPTION_SIZE 4097 // 1024 characters, of up to 4 bytes
#define ENHANCED_KEY_PREFIX_SIZE  801  // 200 characters, of up to 4 bytes
#define ENHANCED_BUCKET_ARN_SIZE  2049
#define ENHANCED_ROLE_ARN_SIZE    2049

// SnapshotInitiatorOperation: what made it. The initiator follows from it: SYSTEM or USER.
enum snapshot_maker {
    MADE_BY_CREATE,
    MADE_BY_IMPORT,
    MADE_BY_SYSTEM,
    SNAPSHOT_MAKER_COUNT,
};

const char *snapshot_maker_name(enum snapshot_maker value); // "CreateSnapshot"
bool snapshot_maker_from_name(const char *name, enum snapshot_maker *out_value);
const char *snapshot_maker_initiator(enum snapshot_maker value); // "USER" or "SYSTEM"

// Where an import came from, and where an export goes.
struct s3_location {
    char bucket_arn[ENHANCED_BUCKET_ARN_SIZE];
    char key_prefix[ENHANCED_KEY_PREFIX_SIZE];
};

struct enhanced_snapshot {
    int64_t sequence;     // set by the store, in the order of creation
    char id[APP_ID_SIZE]; // names its files
    struct app_scope scope;
    char name[ENHANCED_NAME_SIZE]; // unique in the scope until it is deleted
    enum snapshot_status status;
    enum snapshot_maker maker;
    char description[ENHANCED_DESCRIPTION_SIZE]; // "" = none
    // The application that it was made from, as it was then; "" and 0 for an import.
    char app_name[APP_NAME_SIZE];
    int64_t app_created_at_ms;
    int64_t app_version;
    enum runtime_environment runtime;  // not of an import
    struct s3_location source;         // of an import; "" otherwise
    int64_t size_bytes;                // 0 until READY
    char key_arn[ENCRYPTION_KEY_SIZE]; // "" = AWS_OWNED_KEY
    int64_t created_at_ms;
};

struct enhanced_filter {
    const char *app_name;    // SourceApplicationName; NULL = any; borrowed
    const char *initiator;   // "USER" or "SYSTEM"; NULL = any
    const char *maker;       // by its name; NULL = any
    const char *status;      // by its name; NULL = any
    int64_t before_sequence; // INT64_MAX = from the newest
};

// "snapshot/<name>": how the application's row is named.
void enhanced_snapshot_row_name(const char *name, char out[static APP_SNAPSHOT_NAME_SIZE]);
// The name in such a one; NULL: it is that of an application snapshot.
const char *enhanced_snapshot_of_row_name(const char *row_name);
// The name that users know, of a snapshot of either kind: for messages and events.
const char *enhanced_snapshot_shown_name(const char *row_name);

// "SYSTEMSNAPSHOT-<application>-<epoch ms>" (facts/api.md 12.5). Fits, as the application's name is
// cut.
void enhanced_snapshot_system_name(const char *app_name, int64_t now_ms,
                                   char out[static ENHANCED_NAME_SIZE]);
// No request may use a name that begins as those do, in any mixture of cases.
bool enhanced_snapshot_is_reserved(const char *name);
