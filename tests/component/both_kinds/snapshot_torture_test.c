// Torture of enhanced snapshots (facts/kobel.md 8): users create, export, import, restore and
// delete them, stop, update, scale and maintain the applications and change their modes, all at the
// same time, while calls and commits fail and the daemon dies. What must hold is checked after each
// turn, and again when nothing is in progress any more (fakes/fake_world_checks.h).
//
// What happens follows from a seed. KOBEL_TORTURE_SEED repeats one, KOBEL_TORTURE_ROUNDS sets how
// many are run.
#include "base/memory.h"
#include "base/text.h"
#include "controller/service/service.h"
#include "fakes/fake_cluster_parts.h"
#include "fakes/fake_commands.h"
#include "fakes/fake_snapshots.h"
#include "fakes/fake_world_checks.h"
#include "storage/enhanced_snapshot_store.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ACTS = 24, QUIET_TURNS_MAX = 600, SWEEP_TURNS = 260, ACCEPTED_MAX = 64, LIST_MAX = 64 };

// What a client was answered.
struct accepted {
    char snapshot_name[ENHANCED_NAME_SIZE];
    char operation_id[APP_OPERATION_ID_SIZE];
    enum snapshot_operation_kind kind;
    bool is_copied; // the last transfer of an export ended well
    int count;      // of the snapshot when its export began
};

// What has happened in all seeds together: a test in which it does not happen shows nothing.
struct tally {
    int deaths;
    int exported, export_failures;
    int imported, import_failures;
    int created, create_failures;
    int system_snapshots;
    int deleted, deleted_while_exported, deleted_while_restored;
    int mode_changes, starts_from_snapshots;
};

static struct fake_world world;
static struct error err;
static struct tally tally;
static struct accepted accepted[ACCEPTED_MAX];
static size_t accepted_count;
static uint64_t random_state;
static char rule[32];

// --- chance ---

// splitmix64
static unsigned pick(unsigned count) {
    uint64_t value = random_state += 0x9e3779b97f4a7c15;

    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
    value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
    return (unsigned)((value ^ (value >> 31)) % count);
}

static bool happens(unsigned one_in) {
    return pick(one_in) == 0;
}

static const char *pick_app(void) {
    static const char *const names[] = {"a", "b", "c"};

    return names[pick(3)];
}

// Where possible one with that status.
static const char *pick_app_in(enum app_status status) {
    const char *name = pick_app();

    for (int tries = 0; tries < 8 && fake_world_app(&world, name).status != status; tries++)
        name = pick_app();
    return name;
}

static const char *pick_name(void) {
    static const char *const names[] = {"s0", "s1", "s2", "s3", "s4"};

    return names[pick(5)];
}

// --- life ---

static void keep_rule(void) {
    cr_assert(rule[0] == '\0' || retention_policy_parse(rule, &world.service->retention, &err));
}

static void revive(void) {
    if (!world.is_dead) return;
    tally.deaths++;
    fake_world_crash(&world);
    keep_rule();
}

// At random moments of what comes next.
static void arrange_faults(void) {
    if (happens(5)) world.crashing_commit = world.commits + 1 + (int)pick(8);
    if (happens(8)) world.failing_commit = world.commits + 1 + (int)pick(8);
    if (happens(10))
        fake_clusters_die_at_call(
            world.clusters, fake_clusters_calls(world.clusters) + 1 + (int)pick(6), &world.is_dead);
    if (happens(6))
        fake_clusters_fail_call(world.clusters,
                                fake_clusters_calls(world.clusters) + 1 + (int)pick(6));
    if (happens(4)) fake_clusters_delay_savepoint(world.clusters, (int)pick(6));
    fake_clusters_fail_savepoints(world.clusters, happens(8));
    fake_clusters_fail_removals(world.clusters, happens(8) ? "the disk is busy" : NULL);
    fake_clusters_refuse_imports(world.clusters, happens(8) ? "It is a checkpoint." : NULL);
}

static void end_faults(void) {
    world.crashing_commit = world.failing_commit = 0;
    fake_clusters_die_at_call(world.clusters, 0, &world.is_dead);
    fake_clusters_fail_call(world.clusters, 0);
    fake_clusters_fail_savepoints(world.clusters, false);
    fake_clusters_fail_removals(world.clusters, NULL);
    fake_clusters_refuse_imports(world.clusters, NULL);
}

// --- copies ---

static struct accepted *find_accepted(const char *operation_id) {
    for (size_t index = 0; index < accepted_count; index++)
        if (text_equal(accepted[index].operation_id, operation_id)) return &accepted[index];
    return NULL;
}

static void end_copy(const struct fake_transfer_order *order, bool fails) {
    struct accepted *known = find_accepted(order->id);

    if (order->kind == TRANSFER_EXPORT && known != NULL) {
        int count = fake_clusters_count_at(world.clusters, order->directory);
        cr_assert(count == known->count, "%s was exported with the state %d of %d",
                  known->snapshot_name, count, known->count);
        known->is_copied = !fails;
    }
    // Also of one that fails, a part may be there.
    if (order->kind == TRANSFER_IMPORT && (!fails || happens(2)))
        fake_clusters_add_point(world.clusters, order->directory, 1000);
    cr_assert(fails ? fake_transfer_fail(&world.transfers, order->id,
                                         TRANSFER_FAULT_SAVEPOINT_NOT_FOUND, "no _metadata")
                    : fake_transfer_complete(&world.transfers, order->id, 1234));
}

static void work_on_copies(bool ends_all) {
    for (size_t index = 0; index < world.transfers.count; index++) {
        const struct fake_transfer_order *order = &world.transfers.orders[index];
        if (!order->is_running) continue;
        if (order->kind == TRANSFER_IMPORT && happens(4))
            fake_clusters_add_point(world.clusters, order->directory, 0);
        if (ends_all || happens(4)) end_copy(order, happens(4));
    }
}

static void run_turns(unsigned turns, bool ends_all_copies) {
    for (unsigned turn = 0; turn < turns; turn++) {
        revive();
        fake_world_run(&world, 1);
        if (!world.is_dead) work_on_copies(ends_all_copies);
    }
    revive();
}

// --- what users do: false means refused, or that the daemon died ---

static void accept(const struct snapshot_answer *answer, enum snapshot_operation_kind kind) {
    struct accepted *one = &accepted[accepted_count++];
    char path[FILE_PATH_MAX];

    *one = (struct accepted){.kind = kind};
    (void)text_copy(one->snapshot_name, sizeof one->snapshot_name, answer->snapshot.name);
    (void)text_copy(one->operation_id, sizeof one->operation_id, answer->operation.id);
    (void)text_format(path, sizeof path, "/disk/.snapshots/%s", answer->snapshot.id);
    one->count = fake_clusters_count_at(world.clusters, path);
}

static void create_snapshot(void) {
    AUTO(json_decref) json_t *request = json_new_object();
    struct snapshot_answer answer;

    json_put_text(request, "ApplicationName", pick_app_in(APP_RUNNING));
    json_put_text(request, "SnapshotName", pick_name());
    if (app_service_snapshot_create(world.service, &world.scope, request, &answer, &err))
        accept(&answer, SNAPSHOT_OPERATION_CREATE);
}

static void import_snapshot(void) {
    struct snapshot_answer answer;

    if (fake_snapshots_import(&world, pick_name(), &answer, &err))
        accept(&answer, SNAPSHOT_OPERATION_IMPORT);
}

// One that exists, of the user or of the system.
static bool pick_snapshot(struct enhanced_snapshot *out) {
    const struct enhanced_filter all = {.before_sequence = INT64_MAX};
    static struct enhanced_snapshot list[LIST_MAX];
    size_t count;

    cr_assert(
        app_service_snapshot_list(world.service, &world.scope, &all, list, LIST_MAX, &count, &err));
    if (count > 0) *out = list[pick((unsigned)count)];
    return count > 0;
}

static void export_snapshot(void) {
    struct enhanced_snapshot snapshot;
    struct snapshot_answer answer;

    if (pick_snapshot(&snapshot) && fake_snapshots_export(&world, snapshot.name, &answer, &err))
        accept(&answer, SNAPSHOT_OPERATION_EXPORT);
}

static bool drop(const struct enhanced_snapshot *snapshot) {
    struct snapshot_answer answer;

    if (!app_service_snapshot_delete(world.service, &world.scope, snapshot->name,
                                     snapshot->created_at_ms, &answer, &err))
        return false;
    accept(&answer, SNAPSHOT_OPERATION_DELETE);
    return true;
}

static void delete_snapshot(void) {
    struct enhanced_snapshot snapshot;

    if (pick_snapshot(&snapshot)) (void)drop(&snapshot);
}

static void export_and_delete(void) {
    struct enhanced_snapshot snapshot;
    struct snapshot_answer answer;

    if (!pick_snapshot(&snapshot) || !fake_snapshots_export(&world, snapshot.name, &answer, &err))
        return;
    accept(&answer, SNAPSHOT_OPERATION_EXPORT);
    run_turns(pick(3), false);
    if (drop(&snapshot)) tally.deleted_while_exported++;
}

static bool start_from(struct enhanced_snapshot *out_snapshot, const char *app) {
    if (!pick_snapshot(out_snapshot) ||
        !fake_snapshots_start(&world, app, out_snapshot->name, &err))
        return false;
    tally.starts_from_snapshots++;
    return true;
}

static void start_from_snapshot(void) {
    struct enhanced_snapshot snapshot;

    (void)start_from(&snapshot, pick_app_in(APP_READY));
}

static void start_from_snapshot_and_delete(void) {
    struct enhanced_snapshot snapshot;

    if (!start_from(&snapshot, pick_app_in(APP_READY))) return;
    run_turns(pick(3), false);
    if (drop(&snapshot)) tally.deleted_while_restored++;
}

static void start(void) {
    error_ignore(fake_world_start(&world, pick_app_in(APP_READY), &err));
}

static void stop(void) {
    error_ignore(fake_world_stop(&world, pick_app_in(APP_RUNNING), happens(3), &err));
}

static void update(void) {
    error_ignore(fake_world_update(&world, pick_app(), happens(2) ? UPDATE_TO_FOUR : "{}", &err));
}

static void fail_update(void) {
    error_ignore(command_bad_update_with_roll_back(&world, &err));
}

static void roll_back(void) {
    error_ignore(fake_world_roll_back(&world, pick_app_in(APP_RUNNING), &err));
}

static void maintain(void) {
    char operation_id[APP_OPERATION_ID_SIZE];

    error_ignore(app_service_maintain(world.service, &world.scope, pick_app(), operation_id, &err));
}

static void keep_busy(void) {
    fake_world_keep_busy(&world);
}

static void change_mode(void) {
    static const char *const modes[] = {"ENHANCED_SNAPSHOTS", "APPLICATION_SNAPSHOTS_LEGACY"};
    char updates[200];

    (void)text_format(updates, sizeof updates,
                      "{\"ApplicationSnapshotConfigurationUpdate\":{\"SnapshotsEnabledUpdate\":"
                      "true,\"SnapshotModeUpdate\":\"%s\"}}",
                      modes[pick(2)]);
    tally.mode_changes += fake_world_update(&world, pick_app(), updates, &err);
}

static void create_application_snapshot(void) {
    error_ignore(
        app_service_create_snapshot(world.service, &world.scope, pick_app(), pick_name(), &err));
}

static void lose_cluster(void) {
    const char *name = pick_app();

    if (fake_world_app(&world, name).status != APP_STATUS_COUNT)
        fake_world_lose_cluster(&world, name);
}

static void delete_or_create_application(void) {
    const char *name = pick_app();
    struct app app = fake_world_app(&world, name);

    world.uses_enhanced = !happens(4);
    error_ignore(app.status == APP_STATUS_COUNT
                     ? fake_world_create(&world, name, &err)
                     : app_service_delete(world.service, &world.scope, name,
                                          app.created_at_ms / 1000, &err));
}

typedef void act_fn(void);

// The new kinds of work more often than the others.
static act_fn *const acts[] = {
    create_snapshot,
    create_snapshot,
    create_snapshot,
    import_snapshot,
    import_snapshot,
    export_snapshot,
    delete_snapshot,
    delete_snapshot,
    export_and_delete,
    export_and_delete,
    start_from_snapshot,
    start_from_snapshot_and_delete,
    start_from_snapshot_and_delete,
    start,
    start,
    start,
    stop,
    stop,
    update,
    fail_update,
    roll_back,
    maintain,
    keep_busy,
    change_mode,
    create_application_snapshot,
    lose_cluster,
    delete_or_create_application,
};

// --- the end ---

static void check_accepted(const struct accepted *one) {
    struct snapshot_operation operation;

    cr_assert(app_service_snapshot_describe_operation(world.service, &world.scope,
                                                      one->snapshot_name, one->operation_id,
                                                      &operation, &err),
              "%s of %s is not in the journal", snapshot_operation_kind_name(one->kind),
              one->snapshot_name);
    bool is_done = operation.status == OPERATION_SUCCESSFUL;
    cr_assert(operation.kind == one->kind && operation.status != OPERATION_IN_PROGRESS);
    switch (one->kind) {
    case SNAPSHOT_OPERATION_CREATE:
        *(is_done ? &tally.created : &tally.create_failures) += 1;
        break;
    case SNAPSHOT_OPERATION_IMPORT:
        *(is_done ? &tally.imported : &tally.import_failures) += 1;
        break;
    case SNAPSHOT_OPERATION_EXPORT:
        cr_assert(is_done == one->is_copied, "the export of %s is %s", one->snapshot_name,
                  operation_status_name(operation.status));
        *(is_done ? &tally.exported : &tally.export_failures) += 1;
        break;
    case SNAPSHOT_OPERATION_DELETE: {
        struct enhanced_snapshot snapshot;
        bool found;
        cr_assert(is_done, "the deletion of %s is %s", one->snapshot_name,
                  operation_status_name(operation.status));
        cr_assert(
            enhanced_snapshot_store_load(world.db, operation.snapshot_id, &snapshot, &found, &err));
        cr_assert(!found, "%s is still there", one->snapshot_name);
        tally.deleted++;
        break;
    }
    default:
        cr_assert(false);
    }
}

static void count_system_snapshots(void) {
    const struct enhanced_filter filter = {.initiator = "SYSTEM", .before_sequence = INT64_MAX};
    static struct enhanced_snapshot list[LIST_MAX];
    size_t count;

    cr_assert(app_service_snapshot_list(world.service, &world.scope, &filter, list, LIST_MAX,
                                        &count, &err));
    tally.system_snapshots += (int)count;
}

static void run_to_end(void) {
    end_faults();
    for (int turn = 0; turn < QUIET_TURNS_MAX && !fake_world_is_quiet(&world); turn++)
        run_turns(1, true);
    AUTO(memory_free) char *waiting = fake_world_print_waiting(&world);
    cr_assert(text_is_empty(waiting), "after %d turns: %s", QUIET_TURNS_MAX, waiting);
    run_turns(SWEEP_TURNS, true);
    fake_world_check_records(&world);
    fake_world_check_no_other_files(&world);
    for (size_t index = 0; index < accepted_count; index++)
        check_accepted(&accepted[index]);
    count_system_snapshots();
}

static void begin(void) {
    fake_world_open(&world);
    accepted_count = 0;
    (void)text_copy(rule, sizeof rule, happens(3) ? "keep=3" : "");
    keep_rule();
    world.uses_enhanced = true;
    fake_world_create_running(&world, "a");
    cr_assert(fake_world_create(&world, "b", &err));
    world.uses_enhanced = false;
    fake_world_create_running(&world, "c");
    // A job then needs for ever what it was started from.
    if (happens(3)) fake_clusters_disable_checkpoints(world.clusters);
    world.after_turn = fake_world_check_files;
}

static void run_seed(uint64_t seed) {
    random_state = seed;
    // Criterion shows what a failing test wrote.
    (void)fprintf(stderr, "KOBEL_TORTURE_SEED=%llu\n", (unsigned long long)seed);
    begin();
    for (int act = 0; act < ACTS; act++) {
        arrange_faults();
        acts[pick(sizeof acts / sizeof *acts)]();
        revive();
        run_turns(pick(12), false);
        if (!happens(8)) continue;
        world.is_dead = true;
        revive();
    }
    run_to_end();
    fake_world_close(&world);
}

// --- the tests ---

static int64_t setting(const char *name, int64_t otherwise) {
    const char *text = getenv(name);
    int64_t value;

    return text != NULL && text_to_int64(text, &value) ? value : otherwise;
}

Test(snapshot_torture, every_operation_ends_and_no_file_is_lost_or_left) {
    bool is_repeated = getenv("KOBEL_TORTURE_SEED") != NULL;
    // CTest runs the tests twice.
    int64_t first = setting("KOBEL_TORTURE_SEED", getenv("KOBEL_TEST_ENHANCED") != NULL ? 1000 : 1);
    int64_t rounds = setting("KOBEL_TORTURE_ROUNDS", is_repeated ? 1 : 40);

    for (int64_t round = 0; round < rounds; round++)
        run_seed((uint64_t)(first + round));
    (void)fprintf(stderr,
                  "deaths %d, exported %d (%d failed), imported %d (%d), created %d (%d), system "
                  "%d, deleted %d (%d exported, %d restored), modes %d, starts %d\n",
                  tally.deaths, tally.exported, tally.export_failures, tally.imported,
                  tally.import_failures, tally.created, tally.create_failures,
                  tally.system_snapshots, tally.deleted, tally.deleted_while_exported,
                  tally.deleted_while_restored, tally.mode_changes, tally.starts_from_snapshots);
    if (is_repeated) return;
    cr_assert(tally.deaths > 0 && tally.system_snapshots > 0 && tally.mode_changes > 0);
    cr_assert(tally.exported > 0 && tally.export_failures > 0);
    cr_assert(tally.imported > 0 && tally.import_failures > 0);
    cr_assert(tally.created > 0 && tally.create_failures > 0);
    cr_assert(tally.deleted_while_exported > 0 && tally.deleted_while_restored > 0);
}
