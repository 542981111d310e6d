// Enhanced snapshots: they belong to the account, and several applications use one.
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "controller/service/service.h"
#include "fakes/fake_cluster_parts.h"
#include "fakes/fake_snapshots.h"
#include "fakes/fake_world_view.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static struct fake_world world;
static struct error err;

static void set_up(void) {
    fake_world_open(&world);
    world.uses_enhanced = true;
}

static void tear_down(void) {
    fake_world_close(&world);
}

TestSuite(enhanced_snapshots, .init = set_up, .fini = tear_down);

// --- helpers ---

static json_t *parse(const char *format, ...) __attribute__((format(printf, 1, 2)));
static json_t *parse(const char *format, ...) {
    char text[1000];
    json_t *value = NULL;
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    cr_assert(json_parse(text, strlen(text), &value, &err), "%s", err.message);
    return value;
}

static struct snapshot_answer take(const char *name) {
    AUTO(json_decref)
    json_t *request = parse("{\"ApplicationName\":\"a\",\"SnapshotName\":\"%s\"}", name);
    struct snapshot_answer answer = {0};

    cr_assert(app_service_snapshot_create(world.service, &world.scope, request, &answer, &err),
              "%s", err.message);
    return answer;
}

static bool try_to_take(const char *application, const char *name) {
    AUTO(json_decref)
    json_t *request =
        parse("{\"ApplicationName\":\"%s\",\"SnapshotName\":\"%s\"}", application, name);
    struct snapshot_answer answer;

    return app_service_snapshot_create(world.service, &world.scope, request, &answer, &err);
}

static struct enhanced_snapshot find(const char *name) {
    return fake_snapshots_find(&world, name);
}

static struct snapshot_operation operation_of(const char *name, const char *id) {
    struct snapshot_operation operation = {0};

    cr_assert(app_service_snapshot_describe_operation(world.service, &world.scope, name, id,
                                                      &operation, &err),
              "%s", err.message);
    return operation;
}

static bool drop(const char *name) {
    struct enhanced_snapshot snapshot = find(name);
    struct snapshot_answer answer;

    return app_service_snapshot_delete(world.service, &world.scope, name, snapshot.created_at_ms,
                                       &answer, &err);
}

static bool start_from(const char *application, const char *snapshot_name) {
    return fake_snapshots_start(&world, application, snapshot_name, &err);
}

static bool delete_app(const char *name) {
    return app_service_delete(world.service, &world.scope, name,
                              fake_world_app(&world, name).created_at_ms / 1000, &err);
}

static struct snapshot_answer import(const char *name) {
    struct snapshot_answer answer = {0};

    cr_assert(fake_snapshots_import(&world, name, &answer, &err), "%s", err.message);
    return answer;
}

// --- taking ---

Test(enhanced_snapshots, are_taken_of_a_running_application_and_listed_with_their_operation) {
    fake_world_create_running(&world, "a");
    struct snapshot_answer answer = take("s");
    cr_assert(eq(int, answer.snapshot.status, SNAPSHOT_CREATING));
    cr_assert(eq(int, (int)find("s").size_bytes, 0));
    fake_world_run(&world, 5);
    struct enhanced_snapshot snapshot = find("s");
    cr_assert(eq(int, snapshot.status, SNAPSHOT_READY));
    cr_assert(eq(int, snapshot.maker, MADE_BY_CREATE));
    cr_assert(eq(int, (int)snapshot.size_bytes, 1000));
    cr_assert(eq(str, snapshot.app_name, "a"));
    struct snapshot_operation operation = operation_of("s", answer.operation.id);
    cr_assert(eq(int, operation.kind, SNAPSHOT_OPERATION_CREATE));
    cr_assert(eq(int, operation.status, OPERATION_SUCCESSFUL));
    cr_assert(operation.ended_at_ms >= operation.started_at_ms);
    // Not an operation of the application.
    cr_assert(eq(str, fake_world_operation(&world, "a").name, "StartApplication"));
}

Test(enhanced_snapshots, are_refused_for_what_cannot_have_one) {
    cr_assert(not(try_to_take("a", "s")));
    cr_assert(eq(int, err.kind, ERROR_INVALID));
    cr_assert(fake_world_create(&world, "a", &err));
    cr_assert(not(try_to_take("a", "s")));
    cr_assert(eq(int, err.kind, ERROR_CONFLICT));
    cr_assert(not(try_to_take("a", "SystemSnapshot-x")));
    cr_assert(eq(int, err.kind, ERROR_INVALID));
    world.uses_enhanced = false;
    fake_world_create_running(&world, "old");
    cr_assert(not(try_to_take("old", "s")));
    cr_assert(eq(int, err.kind, ERROR_CONFIGURATION));
}

Test(enhanced_snapshots, share_their_names_and_are_taken_one_at_a_time) {
    fake_world_create_running(&world, "a");
    fake_world_create_running(&world, "b");
    (void)take("s");
    cr_assert(not(try_to_take("b", "s")));
    cr_assert(eq(int, err.kind, ERROR_EXISTS));
    cr_assert(not(try_to_take("a", "t")));
    cr_assert(eq(int, err.kind, ERROR_LIMIT));
    fake_world_run(&world, 5);
    cr_assert(try_to_take("a", "t"), "%s", err.message);
}

Test(enhanced_snapshots, that_failed_keep_their_names_until_they_are_deleted) {
    fake_world_create_running(&world, "a");
    fake_clusters_fail_savepoints(world.clusters, true);
    struct snapshot_answer answer = take("s");
    fake_world_run(&world, 6);
    cr_assert(eq(int, find("s").status, SNAPSHOT_FAILED));
    struct snapshot_operation operation = operation_of("s", answer.operation.id);
    cr_assert(eq(int, operation.status, OPERATION_FAILED));
    cr_assert(eq(str, operation.error_code, "SavepointFailed"));
    cr_assert(not(try_to_take("a", "s")));
    cr_assert(eq(int, err.kind, ERROR_EXISTS));
    cr_assert(drop("s"), "%s", err.message);
    fake_world_run(&world, 2);
    fake_clusters_fail_savepoints(world.clusters, false);
    cr_assert(try_to_take("a", "s"), "%s", err.message);
}

Test(enhanced_snapshots, whose_application_is_stopped_by_force_are_cancelled) {
    fake_world_create_running(&world, "a");
    struct snapshot_answer answer = take("s");
    cr_assert(fake_world_stop(&world, "a", true, &err), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_READY));
    enum operation_status status = operation_of("s", answer.operation.id).status;
    // The savepoint may have been complete.
    cr_assert(eq(int, status,
                 find("s").status == SNAPSHOT_READY ? OPERATION_SUCCESSFUL : OPERATION_CANCELLED));
}

Test(enhanced_snapshots, whose_application_is_deleted_are_cancelled) {
    fake_world_create_running(&world, "a");
    fake_clusters_delay_savepoint(world.clusters, 50);
    struct snapshot_answer answer = take("s");
    fake_world_run(&world, 1);
    cr_assert(delete_app("a"), "%s", err.message);
    fake_world_run(&world, 10);
    cr_assert(eq(int, fake_world_app(&world, "a").status, APP_STATUS_COUNT));
    cr_assert(eq(int, find("s").status, SNAPSHOT_FAILED));
    cr_assert(eq(int, operation_of("s", answer.operation.id).status, OPERATION_CANCELLED));
    cr_assert(drop("s"), "%s", err.message);
    fake_world_run(&world, 4);
    cr_assert(eq(int, find("s").status, SNAPSHOT_STATUS_COUNT));
}

// The next daemon finds the files where the account's are.
Test(enhanced_snapshots, that_a_death_interrupted_when_they_were_complete_outlive_the_deletion) {
    fake_clusters_disable_checkpoints(world.clusters); // the next commit is that of the snapshot
    fake_world_create_running(&world, "a");
    struct snapshot_answer answer = take("s");
    world.crashing_commit = world.commits + 1;
    fake_world_run(&world, 6);
    cr_assert(world.is_dead);
    fake_world_crash(&world);
    cr_assert(eq(int, find("s").status, SNAPSHOT_CREATING));
    cr_assert(delete_app("a"), "%s", err.message);
    fake_world_run(&world, 10);
    cr_assert(eq(int, find("s").status, SNAPSHOT_READY));
    cr_assert(eq(int, (int)find("s").size_bytes, 1000));
    cr_assert(eq(int, operation_of("s", answer.operation.id).status, OPERATION_SUCCESSFUL));
}

// --- the account ---

Test(enhanced_snapshots, outlive_their_application_and_start_another) {
    fake_world_create_running(&world, "a");
    (void)take("s");
    fake_world_run(&world, 5);
    int count = fake_clusters_running_count(world.clusters);
    cr_assert(delete_app("a"), "%s", err.message);
    fake_world_run(&world, 10);
    cr_assert(eq(int, fake_world_app(&world, "a").status, APP_STATUS_COUNT));
    cr_assert(eq(int, find("s").status, SNAPSHOT_READY));
    cr_assert(fake_world_create(&world, "b", &err));
    cr_assert(start_from("b", "s"), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "b", APP_RUNNING));
    cr_assert(ge(int, fake_clusters_running_count(world.clusters), count - 5));
    cr_assert(strstr(fake_clusters_restored_from(world.clusters), find("s").id) != NULL);
}

Test(enhanced_snapshots, of_an_earlier_application_of_the_name_are_not_the_latest) {
    fake_world_create_running(&world, "a");
    (void)take("s");
    fake_world_run(&world, 5);
    cr_assert(delete_app("a"));
    fake_world_run(&world, 10);
    world.now_ms += 60000;
    cr_assert(fake_world_create(&world, "a", &err));
    cr_assert(fake_world_start(&world, "a", &err));
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    cr_assert(eq(str, fake_clusters_restored_from(world.clusters), ""));
}

Test(enhanced_snapshots, are_deleted_when_no_start_uses_them_any_more) {
    fake_world_create_running(&world, "a");
    (void)take("s");
    fake_world_run(&world, 5);
    cr_assert(fake_world_create(&world, "b", &err));
    cr_assert(start_from("b", "s"), "%s", err.message);
    cr_assert(drop("s"), "%s", err.message);
    fake_world_run(&world, 1);
    cr_assert(eq(int, find("s").status, SNAPSHOT_DELETING));
    cr_assert(not(drop("s")));
    cr_assert(eq(int, err.kind, ERROR_CONFLICT));
    cr_assert(fake_world_run_until(&world, "b", APP_RUNNING));
    fake_world_run(&world, 10);
    cr_assert(eq(int, find("s").status, SNAPSHOT_STATUS_COUNT));
    cr_assert(eq(int, fake_snapshots_newest_operation(&world, "s").status, OPERATION_SUCCESSFUL));
    cr_assert(not(start_from("b", "s")));
}

Test(enhanced_snapshots, are_not_restored_while_they_are_deleted_or_failed) {
    fake_world_create_running(&world, "a");
    fake_clusters_fail_savepoints(world.clusters, true);
    (void)take("s");
    fake_world_run(&world, 6);
    cr_assert(fake_world_create(&world, "b", &err));
    cr_assert(not(start_from("b", "s")));
    cr_assert(eq(int, err.kind, ERROR_INVALID));
    cr_assert(text_starts_with(err.message, "The snapshot s provided"), "%s", err.message);
    cr_assert(not(start_from("b", "none")));
    cr_assert(eq(int, err.kind, ERROR_INVALID));
    cr_assert(text_starts_with(err.message, "The snapshot name none provided"), "%s", err.message);
}

Test(enhanced_snapshots, of_a_later_flink_are_not_restored_by_an_earlier_one) {
    fake_world_create_running(&world, "a");
    cr_assert(fake_world_change(&world, "a", "{\"RuntimeEnvironmentUpdate\":\"FLINK-2_2\"}", &err),
              "%s", err.message);
    cr_assert(fake_world_run_until(&world, "a", APP_RUNNING));
    fake_world_run(&world, 3);
    (void)take("s");
    fake_world_run(&world, 5);
    cr_assert(fake_world_create(&world, "b", &err));
    cr_assert(not(start_from("b", "s")));
    cr_assert(eq(int, err.kind, ERROR_INVALID));
    cr_assert(text_starts_with(err.message, "Snapshot s is of runtime environment FLINK-2_2"), "%s",
              err.message);
}

// --- copies ---

Test(enhanced_snapshots, are_imported_and_start_an_application) {
    struct snapshot_answer answer = import("i");
    fake_world_run(&world, 1);
    const struct fake_transfer_order *order =
        fake_transfer_find(&world.transfers, answer.operation.id);
    cr_assert(order != NULL && order->is_running);
    cr_assert(eq(int, order->kind, TRANSFER_IMPORT));
    cr_assert(eq(str, (char *)order->prefix, "exports/x/"));
    cr_assert(eq(int, find("i").status, SNAPSHOT_CREATING));
    fake_clusters_add_point(world.clusters, order->directory, 77);
    cr_assert(fake_transfer_complete(&world.transfers, answer.operation.id, 1234));
    fake_world_run(&world, 1);
    struct enhanced_snapshot snapshot = find("i");
    cr_assert(eq(int, snapshot.status, SNAPSHOT_READY));
    cr_assert(eq(int, (int)snapshot.size_bytes, 1234));
    cr_assert(eq(int, operation_of("i", answer.operation.id).status, OPERATION_SUCCESSFUL));
    cr_assert(fake_world_create(&world, "b", &err));
    cr_assert(start_from("b", "i"), "%s", err.message);
    cr_assert(fake_world_run_until(&world, "b", APP_RUNNING));
    cr_assert(ge(int, fake_clusters_running_count(world.clusters), 77));
}

Test(enhanced_snapshots, fail_with_their_import) {
    struct snapshot_answer answer = import("i");
    fake_world_run(&world, 1);
    cr_assert(fake_transfer_fail(&world.transfers, answer.operation.id,
                                 TRANSFER_FAULT_NO_SUCH_BUCKET, "there is no bucket b"));
    fake_world_run(&world, 1);
    cr_assert(eq(int, find("i").status, SNAPSHOT_FAILED));
    struct snapshot_operation operation = operation_of("i", answer.operation.id);
    cr_assert(eq(int, operation.status, OPERATION_FAILED));
    cr_assert(eq(str, operation.error_code, "NoSuchBucket"));
    cr_assert(eq(str, operation.error, "there is no bucket b"));
}

Test(enhanced_snapshots, fail_when_what_was_imported_is_no_savepoint) {
    struct snapshot_answer answer = import("i");
    fake_world_run(&world, 1);
    fake_clusters_refuse_imports(world.clusters, "It is a checkpoint.");
    const struct fake_transfer_order *order =
        fake_transfer_find(&world.transfers, answer.operation.id);
    fake_clusters_add_point(world.clusters, order->directory, 77);
    cr_assert(fake_transfer_complete(&world.transfers, answer.operation.id, 1234));
    fake_world_run(&world, 1);
    struct enhanced_snapshot snapshot = find("i");
    cr_assert(eq(int, snapshot.status, SNAPSHOT_FAILED));
    cr_assert(eq(int, (int)snapshot.size_bytes, 0));
    struct snapshot_operation operation = operation_of("i", answer.operation.id);
    cr_assert(eq(int, operation.status, OPERATION_FAILED));
    cr_assert(eq(str, operation.error_code, "InvalidSavepoint"));
    cr_assert(eq(str, operation.error, "It is a checkpoint."));
    cr_assert(fake_clusters_point(world.clusters, order->directory) == NULL);
}

// What was copied of it goes, also when the daemon dies before it can remove that.
Test(enhanced_snapshots, whose_import_failed_leave_no_files) {
    struct snapshot_answer answer = import("i");
    fake_world_run(&world, 1);
    char directory[FILE_PATH_MAX];
    (void)text_copy(directory, sizeof directory,
                    fake_transfer_find(&world.transfers, answer.operation.id)->directory);
    fake_clusters_add_point(world.clusters, directory, 0);
    cr_assert(fake_transfer_fail(&world.transfers, answer.operation.id,
                                 TRANSFER_FAULT_SAVEPOINT_NOT_FOUND, "no _metadata"));
    fake_clusters_die_at_call(world.clusters, fake_clusters_calls(world.clusters) + 1,
                              &world.is_dead);
    fake_world_run(&world, 1);
    cr_assert(world.is_dead);
    fake_world_crash(&world);
    cr_assert(eq(int, find("i").status, SNAPSHOT_FAILED));
    fake_world_run(&world, 2);
    cr_assert(fake_clusters_point(world.clusters, directory) == NULL);
}

Test(enhanced_snapshots, are_copied_to_the_end_by_the_next_daemon) {
    struct snapshot_answer answer = import("i");
    fake_world_run(&world, 1);
    fake_world_crash(&world);
    fake_world_run(&world, 1);
    cr_assert(eq(sz, fake_transfer_running(&world.transfers), 1));
    cr_assert(fake_transfer_complete(&world.transfers, answer.operation.id, 1));
    world.failing_commit = world.commits + 1; // its record is repeated
    fake_world_run(&world, 20);
    cr_assert(eq(int, find("i").status, SNAPSHOT_READY));
}

Test(enhanced_snapshots, are_exported_once_at_a_time_and_deleted_afterwards) {
    struct snapshot_answer answer = {0};
    struct snapshot_answer other;

    fake_world_create_running(&world, "a");
    (void)take("s");
    cr_assert(not(fake_snapshots_export(&world, "s", &answer, &err)));
    cr_assert(eq(int, err.kind, ERROR_CONFLICT));
    fake_world_run(&world, 5);
    cr_assert(fake_snapshots_export(&world, "s", &answer, &err), "%s", err.message);
    cr_assert(not(fake_snapshots_export(&world, "s", &other, &err)));
    cr_assert(eq(int, err.kind, ERROR_LIMIT));
    cr_assert(drop("s"), "%s", err.message);
    fake_world_run(&world, 4);
    cr_assert(eq(int, find("s").status, SNAPSHOT_DELETING));
    char prefix[64];
    (void)text_format(prefix, sizeof prefix, "exports/%s/", answer.operation.id);
    const struct fake_transfer_order *order =
        fake_transfer_find(&world.transfers, answer.operation.id);
    cr_assert(eq(str, (char *)order->prefix, prefix));
    cr_assert(fake_transfer_complete(&world.transfers, answer.operation.id, 1));
    fake_world_run(&world, 4);
    cr_assert(eq(int, find("s").status, SNAPSHOT_STATUS_COUNT));
    cr_assert(eq(int, operation_of("s", answer.operation.id).status, OPERATION_SUCCESSFUL));
}

Test(enhanced_snapshots, have_a_journal_of_ninety_days) {
    struct snapshot_operation_filter all = {.before_sequence = INT64_MAX};
    struct snapshot_operation operation;
    size_t count;

    struct snapshot_answer answer = import("i");
    fake_world_run(&world, 1);
    cr_assert(fake_transfer_complete(&world.transfers, answer.operation.id, 1));
    fake_world_run(&world, 1);
    cr_assert(drop("i"), "%s", err.message);
    fake_world_run(&world, 4);
    world.now_ms += (int64_t)89 * 24 * 3600 * 1000;
    cr_assert(
        eq(int, fake_snapshots_newest_operation(&world, "i").kind, SNAPSHOT_OPERATION_DELETE));
    world.now_ms += (int64_t)2 * 24 * 3600 * 1000;
    cr_assert(not(app_service_snapshot_list_operations(world.service, &world.scope, "i", &all,
                                                       &operation, 1, &count, &err)));
    cr_assert(eq(int, err.kind, ERROR_NOT_FOUND));
}

Test(enhanced_snapshots, without_an_application_are_removed_when_they_are_too_old) {
    cr_assert(retention_policy_parse("max-age=1d", &world.service->retention, &err));
    fake_world_create_running(&world, "a");
    (void)take("s");
    fake_world_run(&world, 5);
    struct snapshot_answer answer = import("i");
    struct snapshot_answer failing = import("failed");
    fake_world_run(&world, 1);
    cr_assert(fake_transfer_complete(&world.transfers, answer.operation.id, 1));
    cr_assert(fake_transfer_fail(&world.transfers, failing.operation.id,
                                 TRANSFER_FAULT_ACCESS_DENIED, "no"));
    cr_assert(delete_app("a"));
    fake_world_run(&world, 10);
    world.now_ms += (int64_t)20 * 3600 * 1000;
    fake_world_run(&world, 4);
    cr_assert(eq(int, find("s").status, SNAPSHOT_READY));
    cr_assert(eq(int, find("failed").status, SNAPSHOT_FAILED));
    world.now_ms += (int64_t)5 * 3600 * 1000;
    fake_world_run(&world, 8);
    cr_assert(eq(int, find("failed").status, SNAPSHOT_STATUS_COUNT));
    cr_assert(eq(int, find("s").status, SNAPSHOT_STATUS_COUNT));
    cr_assert(eq(int, find("i").status, SNAPSHOT_STATUS_COUNT));
}

// The rows of an application are named otherwise.
static void check_events_show_names(const char *app_name) {
    AUTO(json_decref) json_t *events = NULL;

    cr_assert(
        app_service_list_events(world.service, &world.scope, app_name, 0, 1000, &events, &err));
    AUTO(memory_free) char *text = json_print(events);
    cr_assert(strstr(text, "snapshot one is READY") != NULL, "%s", text);
    cr_assert(strstr(text, "\"snapshot\":\"one\"") != NULL, "%s", text);
    cr_assert(strstr(text, "snapshot/") == NULL, "%s", text);
}

Test(enhanced_snapshots, of_an_application_follow_its_retention) {
    cr_assert(retention_policy_parse("keep=1", &world.service->retention, &err));
    fake_world_create_running(&world, "a");
    (void)take("one");
    fake_world_run(&world, 5);
    (void)take("two");
    fake_world_run(&world, 10);
    cr_assert(eq(int, find("one").status, SNAPSHOT_STATUS_COUNT));
    cr_assert(eq(int, find("two").status, SNAPSHOT_READY));
    check_events_show_names("a");
    cr_assert(
        eq(int, fake_snapshots_newest_operation(&world, "one").kind, SNAPSHOT_OPERATION_DELETE));
}
