#include "fakes/fake_world.h"

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "controller/commands/app_service_snapshots.h"
#include "controller/reconciler.h"
#include "fakes/fake_code.h"
#include "storage/app_store.h"
#include "storage/snapshot_store.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static int64_t now_ms(void *self) {
    const struct fake_world *world = self;

    return world->now_ms;
}

static int64_t elapsed_ms(void *self) {
    struct fake_world *world = self;

    return world->elapsed_ms += world->elapsed_step_ms;
}

// --- life ---

static bool on_commit(void *userdata) {
    struct fake_world *world = userdata;

    world->commits++;
    if (world->commits == world->crashing_commit) world->is_dead = true;
    return !world->is_dead && world->commits != world->failing_commit;
}

static void on_change(void *userdata, const char *app_id) {
    struct fake_world *world = userdata;

    if (world->service != NULL) controller_on_cluster_change(world->service, app_id);
}

static void open_parts(struct fake_world *world) {
    struct error err;
    struct controller_options options = {
        .clusters = fake_clusters_port(world->clusters),
        .state_files = fake_clusters_state_files(world->clusters),
        .code = {.ops = &fake_code_ops},
        .transfers = fake_transfer_port(&world->transfers),
        .programs = fake_program_port(&world->program),
        .clock = {.now_ms = now_ms, .self = world},
        .elapsed = {.now_ms = elapsed_ms, .self = world},
        .start_limit_ms = world->start_limit_ms,
        .start_means_all_tasks = world->start_means_all_tasks,
        .profile = PROFILE_DEV,
        .memory_budget_bytes = world->memory_budget_bytes,
        .limits = APP_LIMITS_DEFAULT,
        .metering = world->metering,
        .maintains = world->maintains,
    };

    if (!db_open(world->path, &world->db, &err)) abort();
    db_set_commit_hook(world->db, on_commit, world);
    options.db = world->db;
    if (!world->lacks_insight) options.insight = fake_clusters_insight(world->clusters);
    if (!world->lacks_capacity) options.capacity = fake_clusters_capacity(world->clusters);
    if (!controller_new(&options, &world->service, &err)) abort();
}

void fake_world_open(struct fake_world *world) {
    *world = (struct fake_world){.now_ms = 1764000000000,
                                 .elapsed_ms = 1000,
                                 .memory_budget_bytes = (int64_t)8 << 30,
                                 .metering = METERING_OPTIONS_DEFAULT,
                                 .program = {.is_missing = true},
                                 .scope = {.account = "000000000000", .region = "us-east-1"}};
    // The policy that scales by one metric.
    world->metering.policy = SCALING_MSF;
    // Every flow has to work with both kinds of snapshots: CTest runs the tests twice.
    world->uses_enhanced = getenv("KOBEL_TEST_ENHANCED") != NULL;
    (void)text_copy(world->directory, sizeof world->directory, "/tmp/kobel-test-XXXXXX");
    if (mkdtemp(world->directory) == NULL) abort();
    (void)text_format(world->path, sizeof world->path, "%s/kobel.db", world->directory);
    world->clusters = fake_clusters_new(on_change, world);
    open_parts(world);
}

static void close_parts(struct fake_world *world) {
    controller_free(TAKE(world->service));
    db_close(TAKE(world->db));
}

void fake_world_close(struct fake_world *world) {
    struct error err;

    close_parts(world);
    fake_clusters_free(world->clusters);
    if (!file_remove_tree(world->directory, &err)) abort();
}

void fake_world_crash(struct fake_world *world) {
    close_parts(world);
    fake_clusters_crash(world->clusters);
    fake_transfer_forget(&world->transfers);
    fake_program_forget(&world->program);
    world->is_dead = false;
    open_parts(world);
}

void fake_world_run(struct fake_world *world, int turns) {
    for (int turn = 0; turn < turns && !world->is_dead; turn++) {
        reconciler_run_due(world->service);
        if (world->after_turn != NULL) world->after_turn(world);
        (void)fake_clusters_tick(world->clusters);
        world->now_ms += 250;
        world->elapsed_ms += 250;
    }
}

bool fake_world_run_until(struct fake_world *world, const char *name, enum app_status status) {
    for (int turn = 0; turn < 200; turn++) {
        if (fake_world_app(world, name).status == status) return true;
        if (world->is_dead) return false;
        fake_world_run(world, 1);
    }
    return false;
}

// --- commands ---

struct answer {
    bool is_done;
    struct error err;
};

static void on_done(void *userdata, struct app_detail *detail, const char *operation_id,
                    const struct error *err) {
    struct answer *answer = userdata;

    (void)operation_id;
    answer->is_done = detail != NULL;
    if (err != NULL) answer->err = *err;
}

static json_t *parse(const char *text) {
    json_t *value = NULL;
    struct error err;

    if (!json_parse(text, strlen(text), &value, &err)) abort();
    return value;
}

bool fake_world_create(struct fake_world *world, const char *name, struct error *err) {
    AUTO(json_decref)
    json_t *request = parse(
        "{\"RuntimeEnvironment\":\"FLINK-1_20\",\"ServiceExecutionRole\":\"arn:aws:iam::1:role/r\","
        "\"ApplicationConfiguration\":{\"ApplicationCodeConfiguration\":{\"CodeContentType\":"
        "\"ZIPFILE\",\"CodeContent\":{\"S3ContentLocation\":{\"BucketARN\":\"arn:aws:s3:::b\","
        "\"FileKey\":\"k.jar\"}}}}}");
    struct answer answer = {0};

    if (world->uses_enhanced)
        json_put(json_object_get(request, "ApplicationConfiguration"),
                 "ApplicationSnapshotConfiguration",
                 parse("{\"SnapshotsEnabled\":true,\"SnapshotMode\":\"ENHANCED_SNAPSHOTS\"}"));
    app_service_create(world->service, &world->scope, name, request, NULL, on_done, &answer);
    if (!answer.is_done) *err = answer.err;
    return answer.is_done;
}

// Without a version of its own the request names the current one.
static bool update(struct fake_world *world, const char *name, json_t *consumed,
                   struct error *err) {
    AUTO(json_decref) json_t *request = consumed;
    struct answer answer = {0};

    if (json_member(request, "CurrentApplicationVersionId") == NULL &&
        json_member(request, "ConditionalToken") == NULL)
        json_put_int(request, "CurrentApplicationVersionId", fake_world_app(world, name).version);
    app_service_update(world->service, &world->scope, name, request, NULL, on_done, &answer);
    if (!answer.is_done) *err = answer.err;
    return answer.is_done;
}

bool fake_world_update(struct fake_world *world, const char *name, const char *updates,
                       struct error *err) {
    json_t *request = json_new_object();

    json_put(request, "ApplicationConfigurationUpdate", parse(updates));
    return update(world, name, request, err);
}

bool fake_world_change(struct fake_world *world, const char *name, const char *members,
                       struct error *err) {
    return update(world, name, parse(members), err);
}

bool fake_world_start(struct fake_world *world, const char *name, struct error *err) {
    char operation_id[APP_OPERATION_ID_SIZE];

    return app_service_start(world->service, &world->scope, name, NULL, operation_id, err);
}

bool fake_world_start_from(struct fake_world *world, const char *name, enum restore_type type,
                           const char *snapshot, struct error *err) {
    AUTO(json_decref) json_t *run = json_new_object();
    json_t *restore = json_new_object();
    char operation_id[APP_OPERATION_ID_SIZE];

    json_put_text(restore, "ApplicationRestoreType", restore_type_name(type));
    if (snapshot != NULL) json_put_text(restore, "SnapshotName", snapshot);
    json_put(run, "ApplicationRestoreConfiguration", restore);
    return app_service_start(world->service, &world->scope, name, run, operation_id, err);
}

bool fake_world_stop(struct fake_world *world, const char *name, bool force, struct error *err) {
    char operation_id[APP_OPERATION_ID_SIZE];

    return app_service_stop(world->service, &world->scope, name, force, operation_id, err);
}

// --- snapshots of both kinds ---

static const char *plain_name(const char *snapshot_name) {
    const char *name = enhanced_snapshot_of_row_name(snapshot_name);

    return name != NULL ? name : snapshot_name;
}

bool fake_world_take_snapshot(struct fake_world *world, const char *name, const char *snapshot_name,
                              struct error *err) {
    AUTO(json_decref) json_t *request = json_new_object();
    struct snapshot_answer answer;

    if (!world->uses_enhanced)
        return app_service_create_snapshot(world->service, &world->scope, name, snapshot_name, err);
    json_put_text(request, "ApplicationName", name);
    json_put_text(request, "SnapshotName", plain_name(snapshot_name));
    return app_service_snapshot_create(world->service, &world->scope, request, &answer, err);
}

bool fake_world_delete_snapshot(struct fake_world *world, const char *name,
                                const char *snapshot_name, int64_t created_at_ms,
                                struct error *err) {
    struct snapshot_answer answer;

    return world->uses_enhanced
               ? app_service_snapshot_delete(world->service, &world->scope,
                                             plain_name(snapshot_name), created_at_ms, &answer, err)
               : app_service_delete_snapshot(world->service, &world->scope, name, snapshot_name,
                                             created_at_ms, err);
}

bool fake_world_find_snapshot(struct fake_world *world, const char *name, const char *snapshot_name,
                              struct snapshot *out_snapshot, struct error *err) {
    struct app app = fake_world_app(world, name);
    char row_name[APP_SNAPSHOT_NAME_SIZE];
    bool found;

    (void)text_copy(row_name, sizeof row_name, snapshot_name);
    if (world->uses_enhanced) enhanced_snapshot_row_name(plain_name(snapshot_name), row_name);
    if (!snapshot_store_find(world->db, app.id, row_name, out_snapshot, &found, err)) return false;
    return found || error_set(err, ERROR_NOT_FOUND, "snapshot '%s' does not exist", snapshot_name);
}

bool fake_world_is_system_name(const struct fake_world *world, const char *snapshot_name,
                               const char *prefix, const char *name) {
    char wanted[APP_SNAPSHOT_NAME_SIZE];

    (void)text_format(wanted, sizeof wanted, "%s-%s-",
                      world->uses_enhanced ? "snapshot/SYSTEMSNAPSHOT" : prefix, name);
    return text_starts_with(snapshot_name, wanted);
}

bool fake_world_roll_back(struct fake_world *world, const char *name, struct error *err) {
    AUTO(json_decref) json_t *request = json_new_object();
    AUTO(app_detail_release) struct app_detail detail = {0};
    char operation_id[APP_OPERATION_ID_SIZE];

    json_put_int(request, "CurrentApplicationVersionId", fake_world_app(world, name).version);
    return app_service_roll_back(world->service, &world->scope, name, request, &detail,
                                 operation_id, err);
}

void fake_world_keep_busy(struct fake_world *world) {
    struct job_measurement load = {.vertex_count = 1, .cpu_max_ratio = 0.9};

    load.vertices[0] = (struct measured_vertex){.name = "v", .parallelism = 1, .is_source = true};
    fake_clusters_set_load(world->clusters, &load);
    world->now_ms += world->metering.interval_ms;
    fake_world_run(world, 2);
    world->now_ms += 960000;
}

void fake_world_create_running(struct fake_world *world, const char *name) {
    struct error err;

    cr_assert(fake_world_create(world, name, &err), "%s", err.message);
    cr_assert(fake_world_start(world, name, &err), "%s", err.message);
    cr_assert(fake_world_run_until(world, name, APP_RUNNING));
    fake_world_run(world, 3);
}

void fake_world_lose_cluster(struct fake_world *world, const char *name) {
    struct app app = fake_world_app(world, name);

    fake_clusters_lose(world->clusters, app.slots[SLOT_CURRENT].cluster_id);
}

struct app fake_world_app(struct fake_world *world, const char *name) {
    AUTO(app_detail_release) struct app_detail detail = {0};
    struct error err;

    if (!app_service_describe(world->service, &world->scope, name, &detail, &err))
        return (struct app){.status = APP_STATUS_COUNT};
    return detail.app;
}

struct operation fake_world_operation(struct fake_world *world, const char *name) {
    struct operation operation = {0};
    struct error err;
    size_t count = 0;

    struct operation_filter all = {.before_sequence = INT64_MAX};

    if (!app_service_list_operations(world->service, &world->scope, name, &all, &operation, 1,
                                     &count, &err))
        abort();
    return operation;
}

// --- restore points ---

static int larger(int one, int other) {
    return one > other ? one : other;
}

static int count_of_job(struct fake_world *world, const struct app *app, const char *job_id) {
    const struct state_files_port files = fake_clusters_state_files(world->clusters);
    char path[FILE_PATH_MAX];

    if (job_id[0] == '\0' || !state_files_find_checkpoint(&files, app->id, job_id, path)) return -1;
    return fake_clusters_count_at(world->clusters, path);
}

static int count_of_snapshot(struct fake_world *world, const struct app *app,
                             const struct snapshot *snapshot) {
    const struct state_files_port files = fake_clusters_state_files(world->clusters);
    char path[FILE_PATH_MAX];

    // Complete and not reported yet: kobel finds it.
    if (snapshot->status == SNAPSHOT_CREATING)
        return state_files_find_savepoint(&files, app->id, snapshot, path)
                   ? fake_clusters_count_at(world->clusters, path)
                   : -1;
    if (snapshot->status != SNAPSHOT_READY) return -1;
    if (snapshot->job_id[0] != '\0') return count_of_job(world, app, snapshot->job_id);
    return fake_clusters_count_at(world->clusters, snapshot->location);
}

int fake_world_durable_count(struct fake_world *world, const char *name) {
    static struct snapshot snapshots[64];
    struct error err;
    struct app app;
    size_t count;
    bool found;
    int best = -1;

    if (!app_store_find(world->db, &world->scope, name, &app, &found, &err)) abort();
    if (!found) return -1;
    if (!snapshot_store_list_newest(world->db, app.id, INT64_MAX, snapshots, 64, &count, &err))
        abort();
    for (size_t index = 0; index < count; index++)
        best = larger(best, count_of_snapshot(world, &app, &snapshots[index]));
    for (int slot = 0; slot < SLOT_COUNT; slot++) {
        const struct placement *placement = &app.slots[slot];
        if (placement->phase == PLACEMENT_EMPTY) continue;
        best = larger(best, count_of_job(world, &app, placement->job_id));
        best = larger(best, fake_clusters_count_at(world->clusters, placement->from.path));
    }
    return best;
}

int fake_world_latest_count(struct fake_world *world, const char *name) {
    struct app app = fake_world_app(world, name);
    struct snapshot snapshot;
    struct error err;
    bool found;

    if (app.status == APP_STATUS_COUNT) return -1;
    if (!snapshot_store_find_latest(world->db, app.id, &snapshot, &found, &err)) abort();
    return found ? count_of_snapshot(world, &app, &snapshot) : -1;
}
