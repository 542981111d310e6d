#include "fakes/fake_commands.h"

#include "base/digest.h"
#include "base/text.h"
#include "controller/moves/plan.h"

#include <string.h>

bool command_start(struct fake_world *world, struct error *err) {
    return fake_world_start(world, "a", err);
}

bool command_stop(struct fake_world *world, struct error *err) {
    return fake_world_stop(world, "a", false, err);
}

bool command_force_stop(struct fake_world *world, struct error *err) {
    return fake_world_stop(world, "a", true, err);
}

bool command_update(struct fake_world *world, struct error *err) {
    return fake_world_update(world, "a", UPDATE_TO_FOUR, err);
}

bool command_update_properties(struct fake_world *world, struct error *err) {
    return fake_world_update(world, "a",
                             "{\"EnvironmentPropertyUpdates\":{\"PropertyGroups\":[{"
                             "\"PropertyGroupId\":\"g\",\"PropertyMap\":{\"k\":\"v\"}}]}}",
                             err);
}

bool command_snapshot(struct fake_world *world, struct error *err) {
    return fake_world_take_snapshot(world, "a", "s", err);
}

bool command_delete(struct fake_world *world, struct error *err) {
    struct app app = fake_world_app(world, "a");

    return app_service_delete(world->service, &world->scope, "a", app.created_at_ms / 1000, err);
}

bool command_roll_back(struct fake_world *world, struct error *err) {
    return fake_world_roll_back(world, "a", err);
}

bool command_delete_snapshot(struct fake_world *world, struct error *err) {
    struct snapshot snapshot;

    // An earlier attempt deleted it.
    if (!fake_world_find_snapshot(world, "a", "s", &snapshot, err))
        return strstr(err->message, "does not exist") != NULL;
    return fake_world_delete_snapshot(world, "a", "s", snapshot.created_at_ms, err);
}

// Not a command: a process of the cluster dies.
bool command_lose_cluster(struct fake_world *world, struct error *err) {
    (void)err;
    fake_world_lose_cluster(world, "a");
    return true;
}

#define UPDATE_TO_BAD_CODE                                                                         \
    "\"ApplicationCodeConfigurationUpdate\":{\"CodeContentUpdate\":{"                              \
    "\"S3ContentLocationUpdate\":{\"FileKeyUpdate\":\"bad.jar\"}}}"

static void reject_bad_code(struct fake_world *world) {
    char digest[DIGEST_SHA256_HEX_SIZE];

    digest_sha256_hex("bad.jar", strlen("bad.jar"), digest);
    fake_clusters_reject_code(world->clusters, digest);
}

bool command_enable_roll_back(struct fake_world *world, struct error *err) {
    return fake_world_update(world, "a", "{" UPDATE_TO_ROLL_BACK "}", err);
}

// An update whose job Flink rejects.
bool command_bad_update(struct fake_world *world, struct error *err) {
    reject_bad_code(world);
    return fake_world_update(world, "a", "{" UPDATE_TO_BAD_CODE "}", err);
}

bool command_bad_update_with_roll_back(struct fake_world *world, struct error *err) {
    reject_bad_code(world);
    return fake_world_update(world, "a", "{" UPDATE_TO_ROLL_BACK "," UPDATE_TO_BAD_CODE "}", err);
}

bool command_bad_update_without_cluster(struct fake_world *world, struct error *err) {
    return command_lose_cluster(world, err) && command_bad_update(world, err);
}

// The job ends for good, without kobel.
static bool end_job(struct fake_world *world, enum job_state state) {
    struct app app = fake_world_app(world, "a");

    if (state == JOB_FINISHED)
        fake_clusters_finish_job(world->clusters, app.slots[SLOT_CURRENT].cluster_id);
    else
        fake_clusters_end_job(world->clusters, app.slots[SLOT_CURRENT].cluster_id, state);
    return true;
}

bool command_fail_job(struct fake_world *world, struct error *err) {
    (void)err;
    return end_job(world, JOB_FAILED);
}

bool command_cancel_job(struct fake_world *world, struct error *err) {
    (void)err;
    return end_job(world, JOB_CANCELED);
}

bool command_finish_job(struct fake_world *world, struct error *err) {
    (void)err;
    return end_job(world, JOB_FINISHED);
}

// The snapshot is deleted, the next one has its name, and the cluster dies meanwhile.
bool command_reuse_name(struct fake_world *world, struct error *err) {
    if (!command_delete_snapshot(world, err)) return false;
    if (!command_snapshot(world, err) && err->kind != ERROR_EXISTS && err->kind != ERROR_CONFLICT)
        return false;
    return command_lose_cluster(world, err);
}

// One cluster dies while the new job of an update starts.
bool command_lose_in_confirm(struct fake_world *world, struct error *err) {
    fake_clusters_lose_in_confirm(world->clusters, 1);
    return command_update(world, err);
}

// Each cluster dies while the new job of an update starts. The code is that of the version before.
bool command_lose_all_in_confirm(struct fake_world *world, struct error *err) {
    fake_clusters_lose_in_confirm(world->clusters, PLAN_ATTEMPTS_MAX);
    return command_update_properties(world, err);
}

bool command_stop_while_a_task_ends(struct fake_world *world, struct error *err) {
    fake_clusters_end_task_in_savepoints(world->clusters, 2);
    return command_stop(world, err);
}

// Not a command: the autoscaler moves the job.
bool command_maintain(struct fake_world *world, struct error *err) {
    char operation_id[APP_OPERATION_ID_SIZE];

    return app_service_maintain(world->service, &world->scope, "a", operation_id, err);
}

bool command_keep_busy(struct fake_world *world, struct error *err) {
    (void)err;
    fake_world_keep_busy(world);
    return true;
}
