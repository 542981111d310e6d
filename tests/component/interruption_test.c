// An operation that the death of the daemon interrupted leaves the same records as one that was
// not: versions, operations, snapshots, the history, and what a roll back finds. Each operation
// runs once undisturbed, and then with a death at each of its commits and calls.
#include "base/buffer.h"
#include "base/memory.h"
#include "base/text.h"
#include "fakes/fake_commands.h"
#include "fakes/fake_snapshots.h"
#include "fakes/fake_world_checks.h"
#include "model/enhanced_snapshot.h"
#include "storage/app_store.h"
#include "storage/event_store.h"
#include "storage/operation_store.h"
#include "storage/snapshot_store.h"
#include "storage/version_store.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

struct interrupted {
    const char *name;
    command_fn *command;
    enum app_status before;
    command_fn *prepare; // given to the running application first; NULL = nothing
};

// --- the records as text ---

enum { ROWS_MAX = 64 };

static void put_versions(struct fake_world *world, struct buffer *out) {
    static struct app_version_summary list[ROWS_MAX];
    struct error err;
    size_t count;

    cr_assert(app_service_list_versions(world->service, &world->scope, "a", INT64_MAX, list,
                                        ROWS_MAX, &count, &err));
    for (size_t index = 0; index < count; index++)
        (void)buffer_append_format(out, "version %d %s\n", (int)list[index].version,
                                   app_status_name(list[index].status));
}

static void put_operations(struct fake_world *world, const char *app_id, struct buffer *out) {
    static struct operation list[ROWS_MAX];
    const struct operation_filter all = {.before_sequence = INT64_MAX};
    struct error err;
    size_t count;

    cr_assert(operation_store_list(world->db, app_id, &all, list, ROWS_MAX, &count, &err));
    for (size_t index = 0; index < count; index++) {
        const struct operation *one = &list[index];
        (void)buffer_append_format(
            out, "operation %s %s %d>%d ended=%d rolled-back=%d error='%s'\n", one->name,
            operation_status_name(one->status), (int)one->version_from, (int)one->version_to,
            one->ended_at_ms != 0, one->rollback_operation_id[0] != '\0', one->error);
    }
}

// A name without the time at its end.
static int length_of_name(const char *name) {
    const char *dash = strrchr(name, '-');

    return (int)(dash == NULL || strspn(dash + 1, "0123456789") < 13 ? strlen(name)
                                                                     : (size_t)(dash - name));
}

// A job that a death ended leaves a checkpoint, which cannot be an enhanced snapshot
// (docs/differences.md). So there the names of what a move keeps are not compared.
static const char *shown_name(const char *name) {
    bool is_of_move = text_starts_with(enhanced_snapshot_shown_name(name), "SYSTEMSNAPSHOT-") ||
                      text_starts_with(name, "CHECKPOINT-");

    return is_of_move ? "kept" : name;
}

static bool is_on_disk(struct fake_world *world, const char *app_id, const struct snapshot *one) {
    const struct state_files_port files = fake_clusters_state_files(world->clusters);
    char path[FILE_PATH_MAX];

    return one->job_id[0] != '\0' ? state_files_find_checkpoint(&files, app_id, one->job_id, path)
                                  : state_files_find_savepoint(&files, app_id, one, path);
}

static void put_snapshots(struct fake_world *world, const char *app_id, struct buffer *out) {
    static struct snapshot list[ROWS_MAX];
    struct error err;
    size_t count;

    cr_assert(
        snapshot_store_list_newest(world->db, app_id, INT64_MAX, list, ROWS_MAX, &count, &err));
    while (count-- > 0) {
        const struct snapshot *one = &list[count];
        (void)buffer_append_format(
            out, "snapshot %.*s %s automatic=%d version=%d of=%s on-disk=%d\n",
            length_of_name(shown_name(one->name)), shown_name(one->name),
            snapshot_status_name(one->status), one->is_automatic, (int)one->version,
            runtime_environment_name(one->runtime), is_on_disk(world, app_id, one));
    }
}

// Of the history, what the user did and got. What a death causes is left out: losses and what
// follows from them. A snapshot is CREATING with each request for it: that may be none or several.
static void put_events(struct fake_world *world, const char *app_id, struct buffer *out) {
    AUTO(json_decref) json_t *events = NULL;
    struct error err;
    size_t index;
    json_t *event;

    cr_assert(event_store_list(world->db, app_id, 0, 1000, &events, &err), "%s", err.message);
    json_array_foreach(events, index, event) {
        const char *kind = json_text_or(event, "kind", "");
        if (text_equal(kind, "status"))
            (void)buffer_append_format(out, "event %s>%s\n", json_text_or(event, "from", ""),
                                       json_text_or(event, "to", ""));
        if (text_equal(kind, "snapshot") && !text_equal(json_text(event, "status"), "CREATING")) {
            const char *name = shown_name(json_text_or(event, "snapshot", ""));
            (void)buffer_append_format(out, "event snapshot %.*s %s\n", length_of_name(name), name,
                                       json_text_or(event, "status", ""));
        }
        if (text_equal(kind, "error"))
            (void)buffer_append_format(out, "event error %s\n", json_text_or(event, "message", ""));
    }
}

static char *print_records(struct fake_world *world) {
    struct buffer out = BUFFER_INIT(1 << 20);
    struct app app;
    struct error err;
    bool found;

    cr_assert(app_store_find(world->db, &world->scope, "a", &app, &found, &err), "%s", err.message);
    fake_world_check_records(world);
    fake_world_check_no_other_files(world);
    if (!found) return memory_copy_text("gone\n");
    (void)buffer_append_format(&out, "%s version=%d parallelism=%d\n", app_status_name(app.status),
                               (int)app.version, app.current_parallelism);
    put_versions(world, &out);
    put_operations(world, app.id, &out);
    put_snapshots(world, app.id, &out);
    fake_snapshots_put(world, "s", &out);
    put_events(world, app.id, &out);
    return buffer_take_text(&out);
}

// --- a run ---

// The autoscaler gives the command: what is interrupted is the move that it has begun.
static bool command_nothing(struct fake_world *world, struct error *err) {
    (void)world;
    (void)err;
    return true;
}

enum death { NO_DEATH, AT_COMMIT, AT_CALL, AFTER_TURN };

static bool is_idle(struct fake_world *world) {
    struct app app = fake_world_app(world, "a");

    return app.status == APP_STATUS_COUNT ||
           (app.move.kind == MOVE_NONE &&
            (app.status == APP_READY || app.slots[SLOT_CURRENT].phase == PLACEMENT_UP));
}

// Repeats the command until it is accepted: a daemon that died before it was recorded never
// answered.
static void give_command(struct fake_world *world, const struct interrupted *operation) {
    struct error err;

    for (int attempt = 0; attempt < 3; attempt++) {
        if (operation->command(world, &err)) return;
        if (world->is_dead) fake_world_crash(world);
        if (fake_world_app(world, "a").status != operation->before || err.kind == ERROR_EXISTS)
            return;
    }
    cr_assert(false, "%s is never accepted: %s", operation->name, err.message);
}

static void begin(struct fake_world *world, const struct interrupted *operation) {
    struct error err;

    fake_world_open(world);
    if (operation->before == APP_READY && operation->prepare == NULL)
        cr_assert(fake_world_create(world, "a", &err), "%s", err.message);
    else
        fake_world_create_running(world, "a");
    if (operation->prepare == NULL) return;
    cr_assert(operation->prepare(world, &err), "%s", err.message);
    cr_assert(fake_world_run_until(world, "a", operation->before));
    if (operation->before != APP_AUTOSCALING) fake_world_run(world, 3);
}

static void run_to_end(struct fake_world *world) {
    for (int turn = 0; turn < 120 && (turn < 40 || world->is_dead || !is_idle(world)); turn++) {
        if (world->is_dead) fake_world_crash(world);
        fake_world_run(world, 1);
    }
    cr_assert(is_idle(world));
}

// What RollbackApplication finds: the restore point, or why there is none.
static char *roll_back_and_print(struct fake_world *world) {
    struct error err;

    if (fake_world_app(world, "a").status != APP_RUNNING) return memory_copy_text("");
    if (!fake_world_roll_back(world, "a", &err)) return memory_format("roll back: %s", err.message);
    run_to_end(world);
    return print_records(world);
}

// The records at the end; reports how many commits and calls it took.
static char *run(const struct interrupted *operation, enum death death, int number,
                 int *out_commits, int *out_calls) {
    struct fake_world world;

    begin(&world, operation);
    int commits = world.commits;
    int calls = fake_clusters_calls(world.clusters);
    if (death == AT_COMMIT) world.crashing_commit = commits + number;
    if (death == AT_CALL) fake_clusters_die_at_call(world.clusters, calls + number, &world.is_dead);
    give_command(&world, operation);
    if (death == AFTER_TURN) {
        fake_world_run(&world, number);
        fake_world_crash(&world);
    }
    run_to_end(&world);
    *out_commits = world.commits - commits;
    *out_calls = fake_clusters_calls(world.clusters) - calls;
    AUTO(memory_free) char *records = print_records(&world);
    AUTO(memory_free) char *rolled_back = roll_back_and_print(&world);
    fake_world_close(&world);
    return memory_format("%s--\n%s", records, rolled_back);
}

static int at_most(int count, int limit) {
    return count < limit ? count : limit;
}

static int compare(const struct interrupted *operation, const char *wanted, enum death death,
                   int count) {
    static const char *const words[] = {"", "commit", "call", "turn"};
    int differences = 0;
    int ignored;

    for (int number = 1; number <= count; number++) {
        AUTO(memory_free) char *records = run(operation, death, number, &ignored, &ignored);
        if (text_equal(records, wanted)) continue;
        (void)fprintf(stderr, "=== %s, death at %s %d:\n%s", operation->name, words[death], number,
                      records);
        differences++;
    }
    return differences;
}

static void interrupt(const struct interrupted *operation) {
    int commits;
    int calls;
    AUTO(memory_free) char *wanted = run(operation, NO_DEATH, 0, &commits, &calls);

    cr_assert(gt(int, commits, 0));
    int differences = compare(operation, wanted, AT_COMMIT, at_most(commits, 24)) +
                      compare(operation, wanted, AT_CALL, at_most(calls, 16)) +
                      compare(operation, wanted, AFTER_TURN, 10);
    cr_assert(eq(int, differences, 0), "undisturbed:\n%s", wanted);
}

Test(interruption, of_a_start_leaves_the_same_records) {
    static const struct interrupted operation = {"start", command_start, APP_READY, NULL};

    interrupt(&operation);
}

Test(interruption, of_a_start_again_leaves_the_same_records) {
    static const struct interrupted operation = {"start_again", command_start, APP_READY,
                                                 command_stop};

    interrupt(&operation);
}

Test(interruption, of_a_stop_leaves_the_same_records) {
    static const struct interrupted operation = {"stop", command_stop, APP_RUNNING, NULL};

    interrupt(&operation);
}

Test(interruption, of_a_force_stop_leaves_the_same_records) {
    static const struct interrupted operation = {"force_stop", command_force_stop, APP_RUNNING,
                                                 NULL};

    interrupt(&operation);
}

Test(interruption, of_an_update_leaves_the_same_records) {
    static const struct interrupted operation = {"update", command_update, APP_RUNNING, NULL};

    interrupt(&operation);
}

Test(interruption, of_a_scaling_leaves_the_same_records) {
    static const struct interrupted operation = {"scaling", command_nothing, APP_AUTOSCALING,
                                                 command_keep_busy};

    interrupt(&operation);
}

Test(interruption, of_a_roll_back_leaves_the_same_records) {
    static const struct interrupted operation = {"roll_back", command_roll_back, APP_RUNNING,
                                                 command_update};

    interrupt(&operation);
}

Test(interruption, of_a_failed_update_leaves_the_same_records) {
    static const struct interrupted operation = {"failed_update", command_bad_update, APP_RUNNING,
                                                 NULL};

    interrupt(&operation);
}

Test(interruption, of_an_update_that_goes_back_leaves_the_same_records) {
    static const struct interrupted operation = {
        "update_that_goes_back", command_bad_update_with_roll_back, APP_RUNNING, NULL};

    interrupt(&operation);
}

Test(interruption, of_a_snapshot_leaves_the_same_records) {
    static const struct interrupted operation = {"snapshot", command_snapshot, APP_RUNNING, NULL};

    interrupt(&operation);
}

static bool command_snapshot_and_stop(struct fake_world *world, struct error *err) {
    // The client of a daemon that died asks again.
    if (!command_snapshot(world, err) && err->kind != ERROR_EXISTS) return false;
    return command_stop(world, err);
}

Test(interruption, of_a_stop_during_a_snapshot_leaves_the_same_records) {
    static const struct interrupted operation = {"stop_during_a_snapshot",
                                                 command_snapshot_and_stop, APP_RUNNING, NULL};

    interrupt(&operation);
}

Test(interruption, of_a_deletion_of_a_snapshot_leaves_the_same_records) {
    static const struct interrupted operation = {"deletion_of_a_snapshot", command_delete_snapshot,
                                                 APP_RUNNING, command_snapshot};

    interrupt(&operation);
}

Test(interruption, of_a_deletion_leaves_the_same_records) {
    static const struct interrupted operation = {"deletion", command_delete, APP_RUNNING, NULL};

    interrupt(&operation);
}

Test(interruption, of_a_maintenance_leaves_the_same_records) {
    static const struct interrupted operation = {"maintenance", command_maintain, APP_RUNNING,
                                                 NULL};

    interrupt(&operation);
}

static bool command_change_mode(struct fake_world *world, struct error *err) {
    return fake_world_update(world, "a",
                             "{\"ApplicationSnapshotConfigurationUpdate\":{"
                             "\"SnapshotsEnabledUpdate\":true,"
                             "\"SnapshotModeUpdate\":\"ENHANCED_SNAPSHOTS\"}}",
                             err);
}

// In the other mode it is an update like any other. What the old job leaves is a system snapshot
// or, after a death, a checkpoint: see shown_name().
Test(interruption, of_a_change_of_the_mode_leaves_the_same_records) {
    static const struct interrupted operation = {"change_of_mode", command_change_mode, APP_RUNNING,
                                                 NULL};

    interrupt(&operation);
}
