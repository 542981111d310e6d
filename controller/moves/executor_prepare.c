// PREPARE: clusters are launched, and others in place of those that fail or are lost.
#include "base/text.h"
#include "controller/moves/executor_parts.h"
#include "controller/moves/faults.h"
#include "controller/moves/restore_points.h"
#include "controller/moves/sizing.h"
#include "controller/moves/source_hold.h"

// --- losing a cluster ---

static bool record_loss(struct execution *run, const char *what, const char *reason,
                        struct error *err) {
    int attempt = run->placement->attempt;
    int64_t retry_ms = plan_backoff_ms(attempt, run->app->id);
    json_t *detail = json_new_object();
    char message[APP_FAILURE_SIZE + 128];

    json_put_text(detail, "reason", reason);
    json_put_int(detail, "attempt", attempt);
    json_put_int(detail, "retryInMs", retry_ms);
    if (attempt > 1 && run->step->kind == STEP_RELAUNCH)
        (void)text_format(message, sizeof message,
                          "%d clusters in a row were lost, the next one is launched in %.1f s: %s",
                          attempt, (double)retry_ms / 1000, reason);
    else
        (void)text_format(message, sizeof message, "%s: %s", what, reason);
    return execution_record_phase(run, "LOST", message, detail, err);
}

bool execution_plan_again(struct execution *run, int attempt, const char *what, const char *reason,
                          struct error *err) {
    struct placement *placement = run->placement;
    char cluster_id[APP_CLUSTER_ID_SIZE];

    (void)text_copy(cluster_id, sizeof cluster_id, placement->cluster_id);
    placement->phase = PLACEMENT_PLANNED;
    placement->attempt = attempt;
    placement->not_before_ms =
        service_now_ms(run->service) + plan_backoff_ms(attempt, run->app->id);
    (void)text_copy(run->app->move.failure, sizeof run->app->move.failure, reason);
    if (!record_loss(run, what, reason, err)) return false;
    cluster_retire(&run->service->clusters, cluster_id);
    return true;
}

// --- launching ---

// Priming delays the new cluster and shortens the gap between the jobs: only while the old job
// runs, and only at the first try.
static bool is_worth_priming(const struct execution *run) {
    const struct app *app = run->app;

    return run->step->slot == SLOT_NEXT && !app->move.halted &&
           app->slots[SLOT_CURRENT].phase == PLACEMENT_UP && run->placement->attempt == 0;
}

static bool record_launch(struct execution *run, bool holds_sources, struct error *err) {
    json_t *detail = json_new_object();

    if (holds_sources) json_put_bool(detail, "sourcesHeld", true);
    return execution_record_phase(run, "PREPARE", "another cluster is launched", detail, err);
}

bool execution_launch(struct execution *run, struct error *err) {
    struct job_spec spec;
    struct launch_spec launch = {0};
    struct error refused;

    if (!service_load_spec(run->service, run->app->id, run->placement->version, &spec, err) ||
        !source_hold_find(run->service, run->app->id, &launch.holds_sources, err))
        return false;
    run->app->cluster_count++;
    (void)text_format(run->placement->cluster_id, sizeof run->placement->cluster_id, "%s-%llx",
                      run->app->id, (unsigned long long)run->app->cluster_count);
    run->placement->phase = PLACEMENT_LAUNCHED;
    if (!record_launch(run, launch.holds_sources, err)) return false;

    (void)text_copy(launch.cluster_id, sizeof launch.cluster_id, run->placement->cluster_id);
    (void)text_copy(launch.app_id, sizeof launch.app_id, run->app->id);
    launch.runtime = spec.runtime;
    launch.job = spec;
    launch.size = sizing_for(run->service->profile, &spec, run->placement->parallelism);
    (void)text_copy(launch.log_level, sizeof launch.log_level, spec.log_level);
    (void)text_copy(launch.region, sizeof launch.region, run->app->scope.region);
    launch.is_python = spec.is_python;
    (void)text_copy(launch.code_sha256, sizeof launch.code_sha256, spec.code_sha256);
    launch.primes = !launch.holds_sources && is_worth_priming(run);
    if (faults_take_refusal(run->service, run->app->id))
        (void)error_set(&refused, ERROR_SYSTEM, "the launch was refused by an injected fault");
    else if (cluster_launch(&run->service->clusters, &launch, &refused))
        return true;

    // A runtime that is not installed will not be there a second later.
    int attempt = run->placement->attempt + 1;
    if (refused.kind == ERROR_UNAVAILABLE && attempt < PLAN_ATTEMPTS_MAX)
        attempt = PLAN_ATTEMPTS_MAX;
    return execution_plan_again(run, attempt, "no cluster could be launched", refused.message, err);
}

bool execution_relaunch(struct execution *run, struct error *err) {
    struct placement *placement = run->placement;

    if (run->cluster->health == CLUSTER_ABSENT) {
        // Launched by an earlier daemon, or never: the cluster has not failed.
        placement->phase = PLACEMENT_PLANNED;
        placement->not_before_ms = 0;
        return execution_record(run, err);
    }
    int64_t up_for_ms = service_now_ms(run->service) - placement->up_since_ms;
    struct restore_facts facts;
    restore_points_find(run->service, run->app, &facts);
    bool has_checkpoint = facts.checkpoints[run->step->slot][0] != '\0';
    bool was_stable =
        placement->phase == PLACEMENT_UP && plan_was_stable(up_for_ms, has_checkpoint);
    if (run->step->slot == SLOT_CURRENT) run->app->recoveries++;
    return execution_plan_again(run, was_stable ? 1 : placement->attempt + 1, "a cluster was lost",
                                execution_reason(run, run->cluster->failure), err);
}
