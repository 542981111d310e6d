// Faults on purpose: how does an application behave with them?
#include "base/json.h"
#include "base/text.h"
#include "controller/commands/app_service_own.h"
#include "controller/history/event_log.h"
#include "controller/moves/faults.h"

static const int64_t LASTS_MAX_MS = (int64_t)24 * 3600 * 1000;

static bool report(struct app_service *service, const struct app *app, const char *fault,
                   struct error *err) {
    AUTO(db_rollback) struct db_tx tx = {0};
    json_t *detail = json_new_object();
    char message[64];

    json_put_text(detail, "fault", fault);
    (void)text_format(message, sizeof message, "on purpose: %s", fault);
    if (!db_begin(service->db, &tx, err)) {
        json_decref(detail);
        return false;
    }
    return event_log_add(service, app, "fault", message, detail, err) && db_commit(&tx, err);
}

static bool refuse_without_cluster(const struct app *app, struct error *err) {
    return error_set(err, ERROR_CONFLICT,
                     "Application %s has no cluster that is ready. Wait until it is RUNNING.",
                     app->name);
}

// A refused fault is not an event: retries until there is a cluster would fill the history.
static bool inject(struct app_service *service, const struct app *app, const char *name,
                   enum insight_fault fault, struct error *err) {
    const char *cluster_id = app->slots[SLOT_CURRENT].cluster_id;
    struct cluster_view view = {0};

    if (cluster_id[0] != '\0') cluster_view(&service->clusters, cluster_id, &view);
    if (view.health != CLUSTER_READY) return refuse_without_cluster(app, err);
    if (insight_is_missing(&service->insight))
        return error_set(err, ERROR_UNSUPPORTED,
                         "'%s' cannot be injected into the cluster of application %s", name,
                         app->name);
    if (!report(service, app, name, err)) return false;
    return insight_inject(&service->insight, cluster_id, fault, err) ||
           refuse_without_cluster(app, err);
}

bool app_service_inject(struct app_service *service, const struct app_scope *scope,
                        const char *name, const char *fault, int64_t delay_ms, struct error *err) {
    enum fault kind;
    struct app app;

    if (!faults_from_name(fault, &kind))
        return error_set(err, ERROR_INVALID,
                         "'%s' is not a fault. The faults are kill-jobmanager, kill-taskmanager, "
                         "fail-savepoint, refuse-launch, delay and busy-processor.",
                         fault);
    if (delay_ms > LASTS_MAX_MS) return error_set(err, ERROR_INVALID, "A fault lasts at most 24h.");
    if (!service_find_app(service, scope, name, &app, err)) return false;
    switch (kind) {
    case FAULT_KILL_JOBMANAGER:
        return inject(service, &app, fault, INSIGHT_FAULT_KILL_JOBMANAGER, err);
    case FAULT_KILL_TASKMANAGER:
        return inject(service, &app, fault, INSIGHT_FAULT_KILL_TASKMANAGER, err);
    case FAULT_FAIL_SAVEPOINT:
        return inject(service, &app, fault, INSIGHT_FAULT_FAIL_SAVEPOINT, err);
    case FAULT_REFUSE_LAUNCH:
    case FAULT_DELAY:
    case FAULT_BUSY_PROCESSOR:
    case FAULT_COUNT:
        break;
    }
    if (!report(service, &app, fault, err)) return false;
    faults_arm(service, app.id, kind, service_now_ms(service) + delay_ms);
    return true;
}
