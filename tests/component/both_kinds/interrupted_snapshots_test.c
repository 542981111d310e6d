// Operations on enhanced snapshots that a death of the daemon interrupts end with the same records
// as those that nothing interrupts. Each runs once undisturbed, and then with a death at each of
// its commits, calls and turns. Those of an application, which make system snapshots, are in
// interruption_test.c.
#include "base/buffer.h"
#include "base/memory.h"
#include "base/text.h"
#include "fakes/fake_cluster_parts.h"
#include "fakes/fake_snapshots.h"
#include "fakes/fake_world_checks.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

// A copy takes several turns, so that the daemon can die in the middle of it.
enum { TURNS = 50, TURNS_OF_A_COPY = 3 };

typedef bool command_fn(struct fake_world *world, struct error *err);

struct interrupted {
    const char *name;
    command_fn *command;
    bool copies_fail;
    const char *misfit; // of what is imported; NULL = it is a savepoint
};

// --- copies ---

static int turn_count;
static bool copies_fail;

static void work_on_copies(struct fake_world *world) {
    bool ends = ++turn_count % TURNS_OF_A_COPY == 0;

    fake_world_check_files(world);
    for (size_t index = 0; index < world->transfers.count && !world->is_dead; index++) {
        const struct fake_transfer_order *order = &world->transfers.orders[index];
        if (!order->is_running) continue;
        if (order->kind == TRANSFER_IMPORT)
            fake_clusters_add_point(world->clusters, order->directory, ends ? 77 : 0);
        if (!ends) continue;
        cr_assert(copies_fail ? fake_transfer_fail(&world->transfers, order->id,
                                                   TRANSFER_FAULT_ACCESS_DENIED, "access denied")
                              : fake_transfer_complete(&world->transfers, order->id, 10));
    }
}

// --- what is interrupted ---

// The client of a daemon that died asks again, and finds what that recorded.

static bool create(struct fake_world *world, struct error *err) {
    return fake_world_take_snapshot(world, "a", "t", err) || err->kind == ERROR_EXISTS;
}

static bool import(struct fake_world *world, struct error *err) {
    struct snapshot_answer answer;

    return fake_snapshots_import(world, "copy", &answer, err) || err->kind == ERROR_EXISTS;
}

static bool export(struct fake_world *world, struct error *err) {
    struct snapshot_answer answer;

    return fake_snapshots_export(world, "s", &answer, err) || err->kind == ERROR_LIMIT;
}

static bool start(struct fake_world *world, struct error *err) {
    return fake_snapshots_start(world, "b", "s", err) ||
           fake_world_app(world, "b").status == APP_STARTING;
}

static bool delete (struct fake_world *world, struct error *err) {
    struct enhanced_snapshot snapshot;
    struct snapshot_answer answer;

    if (!app_service_snapshot_describe(world->service, &world->scope, "s", &snapshot, err))
        return false;
    return app_service_snapshot_delete(world->service, &world->scope, "s", snapshot.created_at_ms,
                                       &answer, err) ||
           err->kind == ERROR_CONFLICT;
}

static bool delete_while_it_is_exported(struct fake_world *world, struct error *err) {
    return export(world, err) && delete (world, err);
}

static bool delete_while_it_is_restored(struct fake_world *world, struct error *err) {
    return start(world, err) && delete (world, err);
}

static bool delete_while_both(struct fake_world *world, struct error *err) {
    return export(world, err) && delete_while_it_is_restored(world, err);
}

// --- the records ---

static void put_applications(struct fake_world *world, struct buffer *out) {
    static const char *const names[] = {"a", "b"};

    for (size_t index = 0; index < 2; index++) {
        struct operation_filter all = {.before_sequence = INT64_MAX};
        static struct operation list[16];
        struct error err;
        size_t count;
        cr_assert(app_service_list_operations(world->service, &world->scope, names[index], &all,
                                              list, 16, &count, &err));
        (void)buffer_append_format(out, "%s %s:", names[index],
                                   app_status_name(fake_world_app(world, names[index]).status));
        for (size_t one = 0; one < count; one++)
            (void)buffer_append_format(out, " %s %s %s", list[one].name,
                                       operation_status_name(list[one].status), list[one].error);
        (void)buffer_append_format(out, "\n");
    }
}

static char *print_records(struct fake_world *world) {
    struct buffer out = BUFFER_INIT(1 << 16);

    put_applications(world, &out);
    fake_snapshots_put(world, "s", &out);
    fake_snapshots_put(world, "t", &out);
    fake_snapshots_put(world, "copy", &out);
    return buffer_take_text(&out);
}

// --- a run ---

enum death { NO_DEATH, AT_COMMIT, AT_CALL, AFTER_TURN };

static void begin(struct fake_world *world, const struct interrupted *operation) {
    struct error err;

    fake_world_open(world);
    world->uses_enhanced = true;
    turn_count = 0;
    copies_fail = operation->copies_fail;
    fake_clusters_refuse_imports(world->clusters, operation->misfit);
    fake_world_create_running(world, "a");
    cr_assert(fake_world_create(world, "b", &err), "%s", err.message);
    cr_assert(fake_world_take_snapshot(world, "a", "s", &err), "%s", err.message);
    fake_world_run(world, 6);
    world->after_turn = work_on_copies;
}

static void run_turns(struct fake_world *world, int turns) {
    for (int turn = 0; turn < turns; turn++) {
        if (world->is_dead) fake_world_crash(world);
        fake_world_run(world, 1);
    }
}

// The records at the end; reports how many commits and calls it took.
static char *run(const struct interrupted *operation, enum death death, int number,
                 int *out_commits, int *out_calls) {
    struct fake_world world;
    struct error err;
    bool is_accepted = false;

    begin(&world, operation);
    int commits = world.commits;
    int calls = fake_clusters_calls(world.clusters);
    if (death == AT_COMMIT) world.crashing_commit = commits + number;
    if (death == AT_CALL) fake_clusters_die_at_call(world.clusters, calls + number, &world.is_dead);
    for (int attempt = 0; attempt < 3 && !is_accepted; attempt++) {
        is_accepted = operation->command(&world, &err);
        if (world.is_dead) fake_world_crash(&world);
    }
    cr_assert(is_accepted, "%s", err.message);
    if (death == AFTER_TURN) {
        fake_world_run(&world, number);
        fake_world_crash(&world);
    }
    run_turns(&world, TURNS);
    AUTO(memory_free) char *waiting = fake_world_print_waiting(&world);
    cr_assert(eq(str, waiting, ""), "death %d at %d", (int)death, number);
    fake_world_check_records(&world);
    fake_world_check_no_other_files(&world);
    *out_commits = world.commits - commits;
    *out_calls = fake_clusters_calls(world.clusters) - calls;
    char *records = print_records(&world);
    fake_world_close(&world);
    return records;
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

// Later checkpoints of a running job cause more commits and calls without end.
static int at_most(int count, int limit) {
    return count < limit ? count : limit;
}

static void interrupt(const struct interrupted *operation) {
    int commits;
    int calls;
    AUTO(memory_free) char *wanted = run(operation, NO_DEATH, 0, &commits, &calls);

    int differences = compare(operation, wanted, AT_COMMIT, at_most(commits, 24)) +
                      compare(operation, wanted, AT_CALL, at_most(calls, 16)) +
                      compare(operation, wanted, AFTER_TURN, 2 * TURNS_OF_A_COPY + 4);
    cr_assert(eq(int, differences, 0), "undisturbed:\n%s", wanted);
}

Test(interrupted_snapshots, that_are_created_end_with_the_same_records) {
    interrupt(&(struct interrupted){.name = "creation", .command = create});
}

Test(interrupted_snapshots, that_are_imported_end_with_the_same_records) {
    interrupt(&(struct interrupted){.name = "import", .command = import});
}

Test(interrupted_snapshots, that_cannot_be_imported_end_with_the_same_records) {
    interrupt(
        &(struct interrupted){.name = "failed import", .command = import, .copies_fail = true});
}

Test(interrupted_snapshots, that_are_no_savepoint_end_with_the_same_records) {
    interrupt(&(struct interrupted){
        .name = "import of something else", .command = import, .misfit = "no savepoint"});
}

Test(interrupted_snapshots, that_are_exported_end_with_the_same_records) {
    interrupt(&(struct interrupted){.name = "export", .command = export});
}

Test(interrupted_snapshots, that_cannot_be_exported_end_with_the_same_records) {
    interrupt(
        &(struct interrupted){.name = "failed export", .command = export, .copies_fail = true});
}

Test(interrupted_snapshots, that_are_restored_end_with_the_same_records) {
    interrupt(&(struct interrupted){.name = "start", .command = start});
}

Test(interrupted_snapshots, that_are_deleted_end_with_the_same_records) {
    interrupt(&(struct interrupted){.name = "deletion", .command = delete});
}

Test(interrupted_snapshots, that_are_deleted_while_exported_end_with_the_same_records) {
    interrupt(&(struct interrupted){.name = "deletion in an export",
                                    .command = delete_while_it_is_exported});
}

Test(interrupted_snapshots, that_are_deleted_while_restored_end_with_the_same_records) {
    interrupt(&(struct interrupted){.name = "deletion in a start",
                                    .command = delete_while_it_is_restored});
}

Test(interrupted_snapshots, that_are_deleted_while_both_end_with_the_same_records) {
    interrupt(&(struct interrupted){.name = "deletion in both", .command = delete_while_both});
}
