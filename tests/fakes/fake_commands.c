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
    return app_service_create_snapshot(world->service, &world->scope, "a", "s", err);
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

    // Gone already, as it was to be.
    if (!app_service_describe_snapshot(world->service, &world->scope, "a", "s", &snapshot, err))
        return strstr(err->message, "does not exist") != NULL;
    return app_service_delete_snapshot(world->service, &world->scope, "a", "s",
                                       snapshot.created_at_ms, err);
}

// A process of its cluster dies: nobody commands that, either.
bool command_lose(struct fake_world *world, struct error *err) {
    struct app app = fake_world_app(world, "a");

    (void)err;
    fake_clusters_lose(world->clusters, app.slots[SLOT_CURRENT].cluster_id);
    return true;
}

// An update whose job Flink refuses, of an application that goes back by itself.
bool command_bad_update(struct fake_world *world, struct error *err) {
    char digest[DIGEST_SHA256_HEX_SIZE];

    digest_sha256_hex("bad.jar", strlen("bad.jar"), digest);
    fake_clusters_reject_code(world->clusters, digest);
    return fake_world_update(
        world, "a",
        "{\"ApplicationSystemRollbackConfigurationUpdate\":{\"RollbackEnabledUpdate\":true},"
        "\"ApplicationCodeConfigurationUpdate\":{\"CodeContentUpdate\":{"
        "\"S3ContentLocationUpdate\":{\"FileKeyUpdate\":\"bad.jar\"}}}}",
        err);
}

// The same of an application that does not, and whose job is without a cluster just now: what
// becomes of an incident.
bool command_incident(struct fake_world *world, struct error *err) {
    char digest[DIGEST_SHA256_HEX_SIZE];

    digest_sha256_hex("bad.jar", strlen("bad.jar"), digest);
    fake_clusters_reject_code(world->clusters, digest);
    if (!command_lose(world, err)) return false;
    return fake_world_update(world, "a",
                             "{\"ApplicationCodeConfigurationUpdate\":{\"CodeContentUpdate\":{"
                             "\"S3ContentLocationUpdate\":{\"FileKeyUpdate\":\"bad.jar\"}}}}",
                             err);
}

bool command_update_badly(struct fake_world *world, struct error *err) {
    char digest[DIGEST_SHA256_HEX_SIZE];

    digest_sha256_hex("bad.jar", strlen("bad.jar"), digest);
    fake_clusters_reject_code(world->clusters, digest);
    return fake_world_update(world, "a",
                             "{\"ApplicationCodeConfigurationUpdate\":{\"CodeContentUpdate\":{"
                             "\"S3ContentLocationUpdate\":{\"FileKeyUpdate\":\"bad.jar\"}}}}",
                             err);
}

// The job ends for good, by itself or by the hand of somebody who is not kobel.
static bool end_job(struct fake_world *world, enum job_state state) {
    struct app app = fake_world_app(world, "a");

    if (state == JOB_FINISHED)
        fake_clusters_finish_job(world->clusters, app.slots[SLOT_CURRENT].cluster_id);
    else
        fake_clusters_end_job(world->clusters, app.slots[SLOT_CURRENT].cluster_id, state);
    return true;
}

bool command_fail(struct fake_world *world, struct error *err) {
    (void)err;
    return end_job(world, JOB_FAILED);
}

bool command_cancel(struct fake_world *world, struct error *err) {
    (void)err;
    return end_job(world, JOB_CANCELED);
}

bool command_finish(struct fake_world *world, struct error *err) {
    (void)err;
    return end_job(world, JOB_FINISHED);
}

// A snapshot, another of the same name, and the cluster dies over it.
bool command_reuse_name(struct fake_world *world, struct error *err) {
    if (!command_delete_snapshot(world, err)) return false;
    if (!command_snapshot(world, err) && err->kind != ERROR_EXISTS && err->kind != ERROR_CONFLICT)
        return false;
    return command_lose(world, err);
}

// One process dies while the new job of an update starts.
bool command_die_in_confirm(struct fake_world *world, struct error *err) {
    fake_clusters_lose_in_confirm(world->clusters, 1);
    return command_update(world, err);
}

// None of its clusters survives the start of the job, which is that of the version before.
bool command_die_again_and_again(struct fake_world *world, struct error *err) {
    fake_clusters_lose_in_confirm(world->clusters, PLAN_ATTEMPTS_MAX);
    return command_update_properties(world, err);
}

bool command_stop_while_a_task_ends(struct fake_world *world, struct error *err) {
    fake_clusters_miss_a_task(world->clusters, 2);
    return command_stop(world, err);
}

// The autoscaler's move: nobody commands it, so nothing is to be given again.
bool command_burn(struct fake_world *world, struct error *err) {
    (void)err;
    fake_world_burn(world);
    return true;
}
