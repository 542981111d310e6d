#include "controller/moves/savepoint_check.h"

#include "base/clock.h"
#include "controller/history/trouble.h"

// So many restarts in a row are a loop. It is over when the job has run for twice the time between
// two restarts, within these limits.
static const int LOOP_RESTARTS = 3;
static const int64_t CALM_MIN_MS = 5000;
static const int64_t CALM_MAX_MS = 30000;

static bool is_alive(const struct cluster_view *cluster) {
    return cluster->health == CLUSTER_READY &&
           (cluster->job == JOB_RUNNING || cluster->job == JOB_RESTARTING);
}

static int64_t calm_ms(const struct savepoint_facts *facts) {
    int64_t wanted_ms = 2 * facts->between_ms;

    if (wanted_ms < CALM_MIN_MS) return CALM_MIN_MS;
    return wanted_ms < CALM_MAX_MS ? wanted_ms : CALM_MAX_MS;
}

bool savepoint_is_hopeless(const struct savepoint_facts *facts) {
    if (is_alive(facts->cluster) && facts->cluster->is_batch) return true;
    if (!is_alive(facts->cluster) || facts->restarts < LOOP_RESTARTS) return false;
    return !cluster_view_runs_fully(facts->cluster) || facts->since_latest_ms < calm_ms(facts);
}

bool savepoint_is_refused(const struct savepoint_facts *facts) {
    bool is_down = facts->cluster->restarts > 0 && !cluster_view_runs_fully(facts->cluster);

    return (is_alive(facts->cluster) && is_down) || savepoint_is_hopeless(facts);
}

bool savepoint_find_facts(struct app_service *service, const struct app *app,
                          const struct cluster_view *cluster, struct savepoint_facts *out_facts,
                          struct error *err) {
    struct savepoint_facts facts = {.cluster = cluster, .since_latest_ms = INT64_MAX};
    struct restart_streak streak = {0};
    double scale = clock_scale(&service->clock);

    if (app->job_restarts > 0 && !trouble_find_streak(service, app, &streak, err)) return false;
    if (streak.restarts > 0) {
        facts.restarts = streak.restarts;
        facts.since_latest_ms = (int64_t)((double)streak.since_latest_ms / scale);
        if (streak.restarts > 1)
            facts.between_ms = (int64_t)((double)streak.lasted_ms / scale) / (streak.restarts - 1);
    }
    // Those that are not on record, which a move does not add, are the latest.
    if (cluster->restarts > app->job_restarts) {
        facts.restarts += cluster->restarts - app->job_restarts;
        facts.since_latest_ms = 0;
    }
    *out_facts = facts;
    return true;
}

bool savepoint_check_possible(struct app_service *service, const struct app *app,
                              struct error *err) {
    const struct placement *current = &app->slots[SLOT_CURRENT];
    struct savepoint_facts facts;
    struct cluster_view cluster;

    if (current->phase != PLACEMENT_UP) return true;
    cluster_view(&service->clusters, current->cluster_id, &cluster);
    if (!savepoint_find_facts(service, app, &cluster, &facts, err)) return false;
    if (!savepoint_is_refused(&facts)) return true;
    if (cluster.is_batch)
        return error_set(err, ERROR_CONFIGURATION,
                         "Failed to take snapshot for the application %s: " SAVEPOINT_OF_BATCH
                         " Wait for its end, stop the application with Force, or update it with "
                         "SKIP_RESTORE_FROM_SNAPSHOT: it then starts from the beginning.",
                         app->name);
    return error_set(
        err, ERROR_CONFIGURATION,
        "Failed to take snapshot for the application %s at this moment. The application is "
        "currently experiencing downtime. Please check the application's CloudWatch metrics or "
        "CloudWatch logs for any possible errors and retry the request. You can also retry the "
        "request after disabling the snapshots in the Managed Service for Apache Flink console or "
        "by updating the ApplicationSnapshotConfiguration through the AWS SDK",
        app->name);
}
