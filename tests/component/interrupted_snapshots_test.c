// Copies of enhanced snapshots, and a deletion that waits for one, that a death of the daemon
// interrupts: they end with the same records as those that nothing interrupts.
#include "base/buffer.h"
#include "base/memory.h"
#include "base/text.h"
#include "fakes/fake_snapshots.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

enum { TURNS = 30, DEATHS = 12 };

// Every copy that runs ends in the turn after.
static void end_copies(struct fake_world *world) {
    for (size_t index = 0; index < world->transfers.count; index++)
        if (world->transfers.orders[index].is_running)
            (void)fake_transfer_complete(&world->transfers, world->transfers.orders[index].id, 10);
}

// --- what is interrupted ---

typedef bool copy_fn(struct fake_world *world, struct error *err);

static bool import(struct fake_world *world, struct error *err) {
    struct snapshot_answer answer;

    // Recorded by the daemon that died: the client finds it.
    return fake_snapshots_import(world, "copy", &answer, err) || err->kind == ERROR_EXISTS;
}

static bool export(struct fake_world *world, struct error *err) {
    struct snapshot_answer answer;

    return fake_snapshots_export(world, "s", &answer, err) || err->kind == ERROR_LIMIT;
}

static bool delete_while_it_is_exported(struct fake_world *world, struct error *err) {
    struct enhanced_snapshot snapshot;
    struct snapshot_answer answer;

    if (!export(world, err)) return false;
    if (!app_service_snapshot_describe(world->service, &world->scope, "s", &snapshot, err))
        return false;
    return app_service_snapshot_delete(world->service, &world->scope, "s", snapshot.created_at_ms,
                                       &answer, err) ||
           err->kind == ERROR_CONFLICT;
}

// --- the records ---

static void put_operations(struct fake_world *world, const char *name, struct buffer *out) {
    struct snapshot_operation_filter all = {.before_sequence = INT64_MAX};
    static struct snapshot_operation list[16];
    struct error err;
    size_t count = 0;

    if (!app_service_snapshot_list_operations(world->service, &world->scope, name, &all, list, 16,
                                              &count, &err))
        return;
    for (size_t index = 0; index < count; index++)
        (void)buffer_append_format(out, "%s: %s %s ended=%d %s\n", name,
                                   snapshot_operation_kind_name(list[index].kind),
                                   operation_status_name(list[index].status),
                                   list[index].ended_at_ms > 0, list[index].error_code);
}

static char *print_records(struct fake_world *world) {
    struct enhanced_filter all = {.before_sequence = INT64_MAX};
    static struct enhanced_snapshot list[16];
    struct buffer out = BUFFER_INIT(1 << 16);
    struct error err;
    size_t count;

    cr_assert(
        app_service_snapshot_list(world->service, &world->scope, &all, list, 16, &count, &err));
    for (size_t index = 0; index < count; index++)
        (void)buffer_append_format(&out, "%s %s %d bytes\n", list[index].name,
                                   snapshot_status_name(list[index].status),
                                   (int)list[index].size_bytes);
    put_operations(world, "s", &out);
    put_operations(world, "copy", &out);
    return buffer_take_text(&out);
}

// `death`: the commit at which the daemon dies, counted from the command; 0 = it does not.
static char *run(copy_fn *command, int death) {
    struct fake_world world;
    struct error err;

    fake_world_open(&world);
    world.uses_enhanced = true;
    fake_world_create_running(&world, "a");
    cr_assert(fake_world_take_snapshot(&world, "a", "s", &err), "%s", err.message);
    fake_world_run(&world, 5);
    world.after_turn = end_copies;
    if (death > 0) world.crashing_commit = world.commits + death;
    for (int attempt = 0; attempt < 3 && !command(&world, &err); attempt++)
        if (world.is_dead) fake_world_crash(&world);
    for (int turn = 0; turn < TURNS; turn++) {
        if (world.is_dead) fake_world_crash(&world);
        fake_world_run(&world, 1);
    }
    char *records = print_records(&world);
    fake_world_close(&world);
    return records;
}

static void interrupt(copy_fn *command) {
    AUTO(memory_free) char *wanted = run(command, 0);

    for (int death = 1; death <= DEATHS; death++) {
        AUTO(memory_free) char *records = run(command, death);
        cr_assert(eq(str, records, wanted), "death at commit %d", death);
    }
}

Test(interrupted_copies, of_an_import_end_with_the_same_records) {
    interrupt(import);
}

Test(interrupted_copies, of_an_export_end_with_the_same_records) {
    interrupt(export);
}

Test(interrupted_copies, of_a_snapshot_that_is_being_deleted_end_with_the_same_records) {
    interrupt(delete_while_it_is_exported);
}
