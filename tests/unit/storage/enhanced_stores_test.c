// Enhanced snapshots and the journal of their operations, on real SQLite files.
#include "base/text.h"
#include "fakes/storage_database.h"
#include "storage/db_statement.h"
#include "storage/enhanced_snapshot_store.h"
#include "storage/snapshot_operation_store.h"
#include "storage/tag_store.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static char path[96];
static struct db *db;
static struct error err;
static bool found; // by the last search or load
static const struct app_scope scope = STORAGE_SCOPE;
static const struct app_scope elsewhere = {.account = "000000000000", .region = "eu-west-1"};

static void set_up(void) {
    db = storage_database_open(path);
}

static void tear_down(void) {
    storage_database_close(db);
}

TestSuite(enhanced_stores, .init = set_up, .fini = tear_down);

static void run_sql(const char *sql) {
    AUTO(db_done) sqlite3_stmt *stmt = NULL;

    cr_assert(db_prepare(db, sql, &stmt, &err) && db_run(db, stmt, &err), "%s", err.message);
}

// --- snapshots ---

static struct enhanced_snapshot snapshot_of(const char *id, const char *name,
                                            enum snapshot_maker maker) {
    struct enhanced_snapshot snapshot = {
        .scope = scope,
        .status = SNAPSHOT_CREATING,
        .maker = maker,
        .created_at_ms = 1000,
    };

    (void)text_copy(snapshot.id, sizeof snapshot.id, id);
    (void)text_copy(snapshot.name, sizeof snapshot.name, name);
    if (maker == MADE_BY_IMPORT) {
        (void)text_copy(snapshot.source.bucket_arn, sizeof snapshot.source.bucket_arn,
                        "arn:aws:s3:::b");
        (void)text_copy(snapshot.source.key_prefix, sizeof snapshot.source.key_prefix, "p/");
        return snapshot;
    }
    (void)text_copy(snapshot.app_name, sizeof snapshot.app_name, "a");
    snapshot.app_created_at_ms = 500;
    snapshot.app_version = 3;
    snapshot.runtime = RUNTIME_FLINK_2_2;
    return snapshot;
}

static struct enhanced_snapshot add(const char *id, const char *name, enum snapshot_maker maker) {
    struct enhanced_snapshot snapshot = snapshot_of(id, name, maker);

    cr_assert(enhanced_snapshot_store_add(db, &snapshot, &err), "%s", err.message);
    return snapshot;
}

static struct enhanced_snapshot load(const char *id) {
    struct enhanced_snapshot snapshot = {0};

    cr_assert(enhanced_snapshot_store_load(db, id, &snapshot, &found, &err), "%s", err.message);
    return snapshot;
}

static void check_same(const struct enhanced_snapshot *left,
                       const struct enhanced_snapshot *right) {
    cr_assert(eq(int, (int)left->sequence, (int)right->sequence));
    cr_assert(eq(str, (char *)left->id, (char *)right->id));
    cr_assert(eq(str, (char *)left->name, (char *)right->name));
    cr_assert(eq(str, (char *)left->scope.region, (char *)right->scope.region));
    cr_assert(eq(int, left->status, right->status));
    cr_assert(eq(int, left->maker, right->maker));
    cr_assert(eq(str, (char *)left->description, (char *)right->description));
    cr_assert(eq(str, (char *)left->app_name, (char *)right->app_name));
    cr_assert(eq(int, (int)left->app_created_at_ms, (int)right->app_created_at_ms));
    cr_assert(eq(int, (int)left->app_version, (int)right->app_version));
    cr_assert(eq(int, left->runtime, right->runtime));
    cr_assert(eq(str, (char *)left->source.bucket_arn, (char *)right->source.bucket_arn));
    cr_assert(eq(str, (char *)left->source.key_prefix, (char *)right->source.key_prefix));
    cr_assert(eq(int, (int)left->size_bytes, (int)right->size_bytes));
    cr_assert(eq(str, (char *)left->key_arn, (char *)right->key_arn));
    cr_assert(eq(int, (int)left->created_at_ms, (int)right->created_at_ms));
}

Test(enhanced_stores, give_back_a_snapshot_as_it_was_added_and_saved) {
    struct enhanced_snapshot made = snapshot_of("i1", "s", MADE_BY_CREATE);
    (void)text_copy(made.description, sizeof made.description, "vor der \xc3\x84nderung");
    (void)text_copy(made.key_arn, sizeof made.key_arn, "arn:aws:kms:us-east-1:1:key/k");
    cr_assert(enhanced_snapshot_store_add(db, &made, &err), "%s", err.message);
    struct enhanced_snapshot read = load("i1");
    check_same(&made, &read);
    made.status = SNAPSHOT_READY;
    made.size_bytes = 77;
    cr_assert(enhanced_snapshot_store_save(db, &made, &err), "%s", err.message);
    cr_assert(enhanced_snapshot_store_find(db, &scope, "s", &read, &found, &err) && found);
    check_same(&made, &read);
    struct enhanced_snapshot imported = add("i2", "i", MADE_BY_IMPORT);
    read = load("i2");
    check_same(&imported, &read);
}

Test(enhanced_stores, keep_a_name_once_in_a_scope_until_it_is_removed) {
    struct enhanced_snapshot again = snapshot_of("i2", "s", MADE_BY_IMPORT);

    (void)add("i1", "s", MADE_BY_CREATE);
    cr_assert(not(enhanced_snapshot_store_add(db, &again, &err)));
    cr_assert(eq(int, err.kind, ERROR_EXISTS));
    again.scope = elsewhere;
    cr_assert(enhanced_snapshot_store_add(db, &again, &err), "%s", err.message);
    cr_assert(enhanced_snapshot_store_remove(db, "i1", &err));
    cr_assert(enhanced_snapshot_store_find(db, &scope, "s", &again, &found, &err));
    cr_assert(not(found));
    struct enhanced_snapshot next = add("i3", "s", MADE_BY_CREATE);
    cr_assert(enhanced_snapshot_store_remove(db, "i1", &err)); // absent
    next.status = SNAPSHOT_READY;
    (void)text_copy(next.id, sizeof next.id, "absent");
    cr_assert(not(enhanced_snapshot_store_save(db, &next, &err)));
    cr_assert(eq(int, err.kind, ERROR_NOT_FOUND));
}

// The names, newest first, separated by spaces.
static const char *listed(const struct enhanced_filter *filter) {
    static struct enhanced_snapshot list[10];
    static char names[200];
    size_t count;

    cr_assert(enhanced_snapshot_store_list(db, &scope, filter, list, 10, &count, &err), "%s",
              err.message);
    names[0] = '\0';
    for (size_t index = 0; index < count; index++)
        (void)text_format(names + strlen(names), sizeof names - strlen(names), "%s%s",
                          index > 0 ? " " : "", list[index].name);
    return names;
}

Test(enhanced_stores, list_the_newest_first_by_one_filter) {
    struct enhanced_snapshot other = snapshot_of("i9", "other", MADE_BY_CREATE);
    struct enhanced_snapshot first = add("i1", "first", MADE_BY_CREATE);

    other.scope = elsewhere;
    cr_assert(enhanced_snapshot_store_add(db, &other, &err));
    (void)add("i2", "second", MADE_BY_SYSTEM);
    struct enhanced_snapshot third = add("i3", "third", MADE_BY_IMPORT);
    first.status = SNAPSHOT_READY;
    cr_assert(enhanced_snapshot_store_save(db, &first, &err));
    struct enhanced_filter filter = {.before_sequence = INT64_MAX};
    cr_assert(eq(str, (char *)listed(&filter), "third second first"));
    filter.before_sequence = third.sequence;
    cr_assert(eq(str, (char *)listed(&filter), "second first"));
    filter = (struct enhanced_filter){.app_name = "a", .before_sequence = INT64_MAX};
    cr_assert(eq(str, (char *)listed(&filter), "second first"));
    filter = (struct enhanced_filter){.initiator = "SYSTEM", .before_sequence = INT64_MAX};
    cr_assert(eq(str, (char *)listed(&filter), "second"));
    filter.initiator = "USER";
    cr_assert(eq(str, (char *)listed(&filter), "third first"));
    filter = (struct enhanced_filter){.maker = "ImportSnapshot", .before_sequence = INT64_MAX};
    cr_assert(eq(str, (char *)listed(&filter), "third"));
    filter = (struct enhanced_filter){.status = "READY", .before_sequence = INT64_MAX};
    cr_assert(eq(str, (char *)listed(&filter), "first"));
}

Test(enhanced_stores, count_for_the_quota_what_users_made_and_did_not_fail) {
    int64_t count;

    (void)add("i1", "mine", MADE_BY_CREATE);
    (void)add("i2", "imported", MADE_BY_IMPORT);
    (void)add("i3", "system", MADE_BY_SYSTEM);
    struct enhanced_snapshot failed = add("i4", "failed", MADE_BY_CREATE);
    failed.status = SNAPSHOT_FAILED;
    cr_assert(enhanced_snapshot_store_save(db, &failed, &err));
    cr_assert(enhanced_snapshot_store_count_by_hand(db, &scope, &count, &err));
    cr_assert(eq(int, (int)count, 2));
    cr_assert(enhanced_snapshot_store_count_by_hand(db, &elsewhere, &count, &err));
    cr_assert(eq(int, (int)count, 0));
}

Test(enhanced_stores, remember_files_without_a_snapshot) {
    char id[APP_ID_SIZE] = "";

    cr_assert(enhanced_snapshot_store_next_deleted(db, "", id, &found, &err));
    cr_assert(not(found));
    cr_assert(enhanced_snapshot_store_add_deleted(db, "i2", &err));
    cr_assert(enhanced_snapshot_store_add_deleted(db, "i1", &err));
    cr_assert(enhanced_snapshot_store_add_deleted(db, "i1", &err)); // a deletion that is repeated
    cr_assert(enhanced_snapshot_store_next_deleted(db, "", id, &found, &err) && found);
    cr_assert(eq(str, id, "i1"));
    cr_assert(enhanced_snapshot_store_next_deleted(db, "i1", id, &found, &err) && found);
    cr_assert(eq(str, id, "i2"));
    cr_assert(enhanced_snapshot_store_remove_deleted(db, "i1", &err));
    cr_assert(enhanced_snapshot_store_remove_deleted(db, "i2", &err));
    cr_assert(enhanced_snapshot_store_next_deleted(db, "", id, &found, &err));
    cr_assert(not(found));
}

Test(enhanced_stores, remove_the_tags_with_their_snapshot) {
    int64_t count;

    (void)add("i1", "s", MADE_BY_CREATE);
    (void)add("i2", "t", MADE_BY_CREATE);
    cr_assert(tag_store_set(db, "i1", "k", "v", &err) && tag_store_set(db, "i2", "k", "v", &err));
    cr_assert(enhanced_snapshot_store_remove(db, "i1", &err));
    cr_assert(tag_store_count(db, "i1", &count, &err) && count == 0);
    cr_assert(tag_store_count(db, "i2", &count, &err) && count == 1);
}

Test(enhanced_stores, refuse_a_snapshot_of_a_kind_that_they_do_not_know) {
    static const char *const damages[] = {
        "UPDATE enhanced_snapshot SET status = 'BROKEN'",
        "UPDATE enhanced_snapshot SET status = 'READY', maker = 'OtherSnapshot'",
        "UPDATE enhanced_snapshot SET maker = 'CreateSnapshot', runtime = 'FLINK-9_9'",
    };
    struct enhanced_snapshot snapshot;

    (void)add("i1", "s", MADE_BY_CREATE);
    for (size_t index = 0; index < sizeof damages / sizeof *damages; index++) {
        run_sql(damages[index]);
        cr_assert(not(enhanced_snapshot_store_load(db, "i1", &snapshot, &found, &err)));
        cr_assert(eq(int, err.kind, ERROR_UNAVAILABLE));
        cr_assert(strstr(err.message, "snapshot 's'") != NULL, "%s", err.message);
    }
}

// --- operations ---

static struct snapshot_operation operation_of(const char *id, const char *name,
                                              enum snapshot_operation_kind kind) {
    struct snapshot_operation operation = {
        .scope = scope, .kind = kind, .status = OPERATION_IN_PROGRESS, .started_at_ms = 1000};

    (void)text_copy(operation.id, sizeof operation.id, id);
    (void)text_copy(operation.snapshot_name, sizeof operation.snapshot_name, name);
    (void)text_format(operation.snapshot_id, sizeof operation.snapshot_id, "of-%s", name);
    return operation;
}

static struct snapshot_operation begin(const char *id, const char *name,
                                       enum snapshot_operation_kind kind) {
    struct snapshot_operation operation = operation_of(id, name, kind);

    cr_assert(snapshot_operation_store_add(db, &operation, 0, &err), "%s", err.message);
    return operation;
}

static void end(struct snapshot_operation *operation) {
    operation->status = OPERATION_SUCCESSFUL;
    operation->ended_at_ms = 2000;
    cr_assert(snapshot_operation_store_save(db, operation, &err), "%s", err.message);
}

Test(enhanced_stores, give_back_an_operation_as_it_was_saved) {
    struct snapshot_operation made = operation_of("o1", "s", SNAPSHOT_OPERATION_EXPORT);
    struct snapshot_operation read;

    (void)text_copy(made.location.bucket_arn, sizeof made.location.bucket_arn, "arn:aws:s3:::b");
    (void)text_copy(made.location.key_prefix, sizeof made.location.key_prefix, "out/");
    (void)text_copy(made.exported_prefix, sizeof made.exported_prefix, "out/o1/");
    (void)text_copy(made.role_arn, sizeof made.role_arn, "arn:aws:iam::1:role/r");
    (void)text_copy(made.destination_key_arn, sizeof made.destination_key_arn, "arn:k");
    cr_assert(snapshot_operation_store_add(db, &made, 0, &err), "%s", err.message);
    made.status = OPERATION_FAILED;
    made.ended_at_ms = 3000;
    (void)text_copy(made.error_code, sizeof made.error_code, "AccessDenied");
    (void)text_copy(made.error, sizeof made.error, "no");
    cr_assert(snapshot_operation_store_save(db, &made, &err), "%s", err.message);
    cr_assert(snapshot_operation_store_find(db, &scope, "s", "o1", &read, &found, &err) && found);
    cr_assert(eq(int, read.kind, SNAPSHOT_OPERATION_EXPORT));
    cr_assert(eq(int, read.status, OPERATION_FAILED));
    cr_assert(eq(int, (int)read.ended_at_ms, 3000));
    cr_assert(eq(str, read.snapshot_id, "of-s"));
    cr_assert(eq(str, read.location.bucket_arn, "arn:aws:s3:::b"));
    cr_assert(eq(str, read.location.key_prefix, "out/"));
    cr_assert(eq(str, read.exported_prefix, "out/o1/"));
    cr_assert(eq(str, read.role_arn, "arn:aws:iam::1:role/r"));
    cr_assert(eq(str, read.source_key_arn, ""));
    cr_assert(eq(str, read.destination_key_arn, "arn:k"));
    cr_assert(eq(str, read.error_code, "AccessDenied"));
    cr_assert(eq(str, read.error, "no"));
    cr_assert(snapshot_operation_store_find(db, &scope, "t", "o1", &read, &found, &err));
    cr_assert(not(found));
    cr_assert(snapshot_operation_store_find(db, &elsewhere, "s", "o1", &read, &found, &err));
    cr_assert(not(found));
}

static const char *listed_operations(const struct snapshot_operation_filter *filter) {
    static struct snapshot_operation list[10];
    static char ids[200];
    size_t count;

    cr_assert(snapshot_operation_store_list(db, &scope, "s", filter, list, 10, &count, &err), "%s",
              err.message);
    ids[0] = '\0';
    for (size_t index = 0; index < count; index++)
        (void)text_format(ids + strlen(ids), sizeof ids - strlen(ids), "%s%s", index > 0 ? " " : "",
                          list[index].id);
    return ids;
}

Test(enhanced_stores, list_the_operations_of_a_name) {
    struct snapshot_operation_filter filter = {.before_sequence = INT64_MAX};
    struct snapshot_operation first = begin("o1", "s", SNAPSHOT_OPERATION_CREATE);

    (void)begin("o2", "t", SNAPSHOT_OPERATION_CREATE);
    struct snapshot_operation last = begin("o3", "s", SNAPSHOT_OPERATION_EXPORT);
    end(&first);
    cr_assert(eq(str, (char *)listed_operations(&filter), "o3 o1"));
    filter.before_sequence = last.sequence;
    cr_assert(eq(str, (char *)listed_operations(&filter), "o1"));
    filter =
        (struct snapshot_operation_filter){.kind = "ExportSnapshot", .before_sequence = INT64_MAX};
    cr_assert(eq(str, (char *)listed_operations(&filter), "o3"));
    filter =
        (struct snapshot_operation_filter){.status = "SUCCESSFUL", .before_sequence = INT64_MAX};
    cr_assert(eq(str, (char *)listed_operations(&filter), "o1"));
    filter.keep_from_ms = 1001;
    cr_assert(eq(str, (char *)listed_operations(&filter), ""));
}

Test(enhanced_stores, forget_operations_that_are_old_and_over) {
    struct snapshot_operation_filter filter = {.before_sequence = INT64_MAX};
    struct snapshot_operation over = begin("o1", "s", SNAPSHOT_OPERATION_CREATE);
    struct snapshot_operation next = operation_of("o3", "s", SNAPSHOT_OPERATION_CREATE);

    (void)begin("o2", "s", SNAPSHOT_OPERATION_EXPORT);
    end(&over);
    next.started_at_ms = 5000;
    cr_assert(snapshot_operation_store_add(db, &next, 1001, &err), "%s", err.message);
    cr_assert(eq(str, (char *)listed_operations(&filter), "o3 o2"));
}

Test(enhanced_stores, find_operations_in_progress) {
    struct snapshot_operation create = begin("o1", "s", SNAPSHOT_OPERATION_CREATE);
    struct snapshot_operation export = begin("o2", "s", SNAPSHOT_OPERATION_EXPORT);
    struct snapshot_operation read;
    char id[APP_ID_SIZE] = "";
    int64_t count;

    (void)begin("o3", "t", SNAPSHOT_OPERATION_IMPORT);
    cr_assert(snapshot_operation_store_find_open(db, "of-s", SNAPSHOT_OPERATION_KIND_COUNT, &read,
                                                 &found, &err) &&
              found);
    cr_assert(eq(str, read.id, "o1"));
    cr_assert(snapshot_operation_store_find_open(db, "of-s", SNAPSHOT_OPERATION_EXPORT, &read,
                                                 &found, &err) &&
              found);
    cr_assert(eq(str, read.id, "o2"));
    cr_assert(snapshot_operation_store_count_transfers(db, &scope, &count, &err));
    cr_assert(eq(int, (int)count, 2));
    cr_assert(snapshot_operation_store_next_open(db, "", id, &found, &err) && found);
    cr_assert(eq(str, id, "of-s"));
    end(&create);
    end(&export);
    cr_assert(snapshot_operation_store_next_open(db, "", id, &found, &err) && found);
    cr_assert(eq(str, id, "of-t"));
    cr_assert(snapshot_operation_store_next_open(db, id, id, &found, &err));
    cr_assert(not(found));
    cr_assert(snapshot_operation_store_find_open(db, "of-s", SNAPSHOT_OPERATION_KIND_COUNT, &read,
                                                 &found, &err));
    cr_assert(not(found));
    cr_assert(snapshot_operation_store_count_transfers(db, &scope, &count, &err));
    cr_assert(eq(int, (int)count, 1));
}
