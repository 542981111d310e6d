// What the admin API shows of applications and the service does not: their history, their restore
// points, their disk use.
#include "base/memory.h"
#include "controller/commands/app_service_own.h"
#include "controller/history/event_log.h"
#include "controller/history/trouble.h"
#include "controller/moves/progress.h"
#include "controller/service/service.h"
#include "model/arn.h"
#include "storage/app_store.h"
#include "storage/event_store.h"
#include "storage/snapshot_store.h"

bool app_service_list_events(struct app_service *service, const struct app_scope *scope,
                             const char *name, int64_t after_sequence, int64_t limit,
                             json_t **out_events, struct error *err) {
    struct app app;

    return service_find_app(service, scope, name, &app, err) &&
           event_store_list(service->db, app.id, after_sequence, limit, out_events, err);
}

void app_service_watch_events(struct app_service *service, void (*on_event)(void *userdata),
                              void *userdata) {
    service->on_event = on_event;
    service->event_userdata = userdata;
}

static json_t *show_job(struct app_service *service, const struct placement *placement) {
    struct cluster_view view;
    json_t *job = json_new_object();

    cluster_view(&service->clusters, placement->cluster_id, &view);
    json_put_text(job, "cluster", placement->cluster_id);
    json_put_text(job, "health", cluster_health_name(view.health));
    json_put_text(job, "jobId", placement->job_id);
    json_put_text(job, "phase", placement_phase_name(placement->phase));
    json_put_int(job, "version", placement->version);
    json_put_int(job, "parallelism", placement->parallelism);
    if (placement->attempt > 0) json_put_int(job, "lostInARow", placement->attempt);
    if (placement->phase == PLACEMENT_PLANNED)
        json_put_int(job, "launchAtMs", placement->not_before_ms);
    json_put_int(job, "tasksRunning", view.tasks_running);
    json_put_int(job, "tasksTotal", view.tasks_total);
    json_put_bool(job, "sourcesHeld", view.holds_sources);
    json_put_text(job, "restoredFrom", placement->from.path);
    json_put_text(job, "lastCheckpoint", view.last_checkpoint);
    if (view.failure[0] != '\0') json_put_text(job, "failure", view.failure);
    return job;
}

static bool show(struct app_service *service, const struct app *app, json_t **out_app,
                 struct error *err) {
    AUTO(json_decref) json_t *object = json_new_object();
    char arn[ARN_SIZE];
    int64_t snapshots;

    if (!snapshot_store_count(service->db, app->id, &snapshots, err)) return false;
    arn_of_app(&app->scope, app->name, arn);
    json_put_text(object, "id", app->id);
    json_put_text(object, "arn", arn);
    json_put_text(object, "name", app->name);
    json_put_text(object, "account", app->scope.account);
    json_put_text(object, "region", app->scope.region);
    json_put_text(object, "status", app_status_name(app->status));
    json_put_int(object, "version", app->version);
    json_put_int(object, "parallelism", app->current_parallelism);
    json_put_int(object, "restarts", app->total_restarts);
    json_put_int(object, "recoveries", app->recoveries);
    json_put_int(object, "snapshots", snapshots);
    json_put_text(object, "lastCheckpoint", app->last_checkpoint);
    json_put_int(object, "diskBytes", state_files_disk_used_bytes(&service->state_files, app->id));
    if (app->move.kind != MOVE_NONE) json_put_text(object, "move", move_kind_name(app->move.kind));
    if (app->slots[SLOT_CURRENT].phase != PLACEMENT_EMPTY)
        json_put(object, "current", show_job(service, &app->slots[SLOT_CURRENT]));
    if (app->slots[SLOT_NEXT].phase != PLACEMENT_EMPTY)
        json_put(object, "next", show_job(service, &app->slots[SLOT_NEXT]));
    if (!trouble_put(service, app, object, err)) return false;
    const char *failing = progress_trouble(service, app->id);
    if (failing != NULL) json_put_text(object, "trouble", failing);
    *out_app = TAKE(object);
    return true;
}

bool app_service_show(struct app_service *service, const struct app_scope *scope, const char *name,
                      json_t **out_app, struct error *err) {
    struct app app;

    return service_find_app(service, scope, name, &app, err) && show(service, &app, out_app, err);
}

// --- all applications ---

static bool add_page(struct app_service *service, const struct app_brief *page, size_t count,
                     json_t *apps, struct error *err) {
    for (size_t index = 0; index < count; index++) {
        json_t *object = NULL;
        struct app app;
        bool found;
        if (!app_store_load(service->db, page[index].id, &app, &found, err)) return false;
        if (!found) continue;
        if (!show(service, &app, &object, err)) return false;
        json_add(apps, object);
    }
    return true;
}

bool app_service_status(struct app_service *service, const char *after_id, size_t limit,
                        json_t **out_status, struct error *err) {
    AUTO(memory_free) struct app_brief *page = memory_alloc((limit + 1) * sizeof *page);
    AUTO(json_decref) json_t *apps = json_new_array();
    struct app_totals totals;
    size_t count;

    if (!app_store_totals(service->db, &totals, err) ||
        !app_store_list_all(service->db, after_id, page, limit + 1, &count, err) ||
        !add_page(service, page, count < limit ? count : limit, apps, err))
        return false;
    json_t *status = json_new_object();
    json_t *memory = json_new_object();
    json_put_int(status, "applications", totals.applications);
    json_put_int(status, "running", totals.running);
    json_put_int(memory, "budgetBytes", service->memory_budget_bytes);
    json_put_int(memory, "usedBytes", capacity_memory_used_bytes(&service->capacity));
    json_put(status, "memory", memory);
    json_put(status, "apps", TAKE(apps));
    if (count > limit) json_put_text(status, "next", page[limit - 1].id);
    *out_status = status;
    return true;
}
