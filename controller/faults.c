#include "controller/faults.h"

#include "base/memory.h"
#include "base/names.h"
#include "base/text.h"
#include "controller/app_service.h"
#include "controller/event_log.h"
#include "storage/app_store.h"

enum fault {
    KILL_JOBMANAGER,
    KILL_TASKMANAGER,
    FAIL_SAVEPOINT,
    REFUSE_LAUNCH,
    DELAY,
    BUSY_PROCESSOR,
    FAULT_COUNT
};

static const char *const names[FAULT_COUNT] = {
    [KILL_JOBMANAGER] = "kill-jobmanager",
    [KILL_TASKMANAGER] = "kill-taskmanager",
    [FAIL_SAVEPOINT] = "fail-savepoint",
    [REFUSE_LAUNCH] = "refuse-launch",
    [DELAY] = "delay",
    [BUSY_PROCESSOR] = "busy-processor",
};

// One for each kind of an application.
struct armed_fault {
    struct armed_fault *next;
    char app_id[APP_ID_SIZE];
    enum fault fault;
    int count;        // REFUSE_LAUNCH: so many launches
    int64_t until_ms; // DELAY, BUSY_PROCESSOR
};

enum { REFUSALS_MAX = 100 };
static const int64_t LASTS_MAX_MS = (int64_t)24 * 3600 * 1000;

static struct armed_fault **find(struct app_service *service, const char *app_id,
                                 enum fault fault) {
    struct armed_fault **place = &service->faults;

    while (*place != NULL && ((*place)->fault != fault || !text_equal((*place)->app_id, app_id)))
        place = &(*place)->next;
    return *place == NULL ? NULL : place;
}

static void arm(struct app_service *service, const char *app_id, enum fault fault,
                int64_t until_ms) {
    struct armed_fault **place = find(service, app_id, fault);
    struct armed_fault *armed = place == NULL ? memory_alloc(sizeof *armed) : *place;

    if (place == NULL) {
        (void)text_copy(armed->app_id, sizeof armed->app_id, app_id);
        armed->fault = fault;
        armed->next = service->faults;
        service->faults = armed;
    }
    if (armed->count < REFUSALS_MAX) armed->count++;
    armed->until_ms = until_ms;
}

static void disarm(struct armed_fault **place) {
    struct armed_fault *armed = *place;

    *place = armed->next;
    memory_free(armed);
}

bool faults_take_refusal(struct app_service *service, const char *app_id) {
    struct armed_fault **place = find(service, app_id, REFUSE_LAUNCH);

    if (place == NULL) return false;
    if (--(*place)->count == 0) disarm(place);
    return true;
}

void faults_end_delay(struct app_service *service, const char *app_id) {
    struct armed_fault **place = find(service, app_id, DELAY);

    if (place != NULL) disarm(place);
}

void faults_forget(struct app_service *service, const char *app_id) {
    for (enum fault fault = 0; fault < FAULT_COUNT; fault++) {
        struct armed_fault **place = find(service, app_id, fault);
        if (place != NULL) disarm(place);
    }
}

// Whether a fault that lasts does so still.
static bool lasts(struct app_service *service, const char *app_id, enum fault fault, int64_t now_ms,
                  int64_t *out_until_ms) {
    struct armed_fault **place = find(service, app_id, fault);

    if (place == NULL) return false;
    if (now_ms >= (*place)->until_ms) {
        disarm(place);
        return false;
    }
    *out_until_ms = (*place)->until_ms;
    return true;
}

bool faults_delay(struct app_service *service, const char *app_id, int64_t now_ms,
                  int64_t *out_until_ms) {
    return lasts(service, app_id, DELAY, now_ms, out_until_ms);
}

void faults_measure(struct app_service *service, const char *app_id, int64_t now_ms,
                    struct job_measurement *measurement) {
    int64_t until_ms;

    if (lasts(service, app_id, BUSY_PROCESSOR, now_ms, &until_ms))
        measurement->cpu_max_ratio = measurement->cpu_mean_ratio = 1;
}

void faults_free(struct app_service *service) {
    while (service->faults != NULL)
        disarm(&service->faults);
}

// --- asking for one ---

static bool tell(struct app_service *service, const struct app *app, const char *fault,
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
    return error_set(err, ERROR_CONFLICT, "Application %s runs on no cluster that is ready",
                     app->name);
}

// A refused fault is no event: whoever tries until there is a cluster would fill the history.
static bool inject(struct app_service *service, const struct app *app, const char *name,
                   enum cluster_fault fault, struct error *err) {
    const char *cluster_id = app->slots[SLOT_CURRENT].cluster_id;
    struct cluster_view view = {0};

    if (cluster_id[0] != '\0') cluster_view(&service->clusters, cluster_id, &view);
    if (view.health != CLUSTER_READY) return refuse_without_cluster(app, err);
    if (insight_is_missing(&service->insight))
        return error_set(err, ERROR_UNSUPPORTED,
                         "'%s' cannot be injected into the cluster of application %s", name,
                         app->name);
    if (!tell(service, app, name, err)) return false;
    return insight_inject(&service->insight, cluster_id, fault, err) ||
           refuse_without_cluster(app, err);
}

bool app_service_inject(struct app_service *service, const struct app_scope *scope,
                        const char *name, const char *fault, int64_t delay_ms, struct error *err) {
    struct app app;
    size_t index;

    if (!names_find(names, FAULT_COUNT, fault, &index))
        return error_set(err, ERROR_INVALID,
                         "'%s' is no fault: kill-jobmanager, kill-taskmanager, fail-savepoint, "
                         "refuse-launch, delay, busy-processor",
                         fault);
    if (delay_ms > LASTS_MAX_MS) return error_set(err, ERROR_INVALID, "a fault lasts at most 24h");
    if (!app_store_find(service->db, scope, name, &app, err)) return false;
    switch ((enum fault)index) {
    case KILL_JOBMANAGER:
        return inject(service, &app, fault, CLUSTER_FAULT_KILL_JOBMANAGER, err);
    case KILL_TASKMANAGER:
        return inject(service, &app, fault, CLUSTER_FAULT_KILL_TASKMANAGER, err);
    case FAIL_SAVEPOINT:
        return inject(service, &app, fault, CLUSTER_FAULT_FAIL_SAVEPOINT, err);
    case REFUSE_LAUNCH:
    case DELAY:
    case BUSY_PROCESSOR:
    case FAULT_COUNT:
        break;
    }
    if (!tell(service, &app, fault, err)) return false;
    arm(service, app.id, (enum fault)index, service_now_ms(service) + delay_ms);
    return true;
}
