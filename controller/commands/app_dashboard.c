// Flink's dashboard of an application.
#include "controller/commands/app_service_own.h"
#include "controller/service/service.h"

bool app_service_check_dashboard(struct app_service *service, const struct app_scope *scope,
                                 const char *name, struct error *err) {
    struct app app;

    if (!service_find_app(service, scope, name, &app, err)) return false;
    if (app.status != APP_RUNNING)
        return error_set(err, ERROR_CONFLICT, "Application cannot be accessed in '%s' state",
                         app_status_name(app.status));
    return !insight_is_missing(&service->insight) ||
           error_set(err, ERROR_CONFLICT, "The cluster of application %s has no dashboard", name);
}

struct insight_fetch *app_service_fetch_page(struct app_service *service,
                                             const struct app_scope *scope, const char *name,
                                             const char *path, insight_page_fn *done,
                                             void *userdata) {
    struct insight_fetch *fetch = NULL;
    struct app app;

    if (!service_find_app(service, scope, name, &app, NULL)) return NULL;
    // During a move, the first of the two clusters that replies.
    for (int slot = 0; slot < SLOT_COUNT && fetch == NULL; slot++)
        if (app.slots[slot].cluster_id[0] != '\0')
            fetch =
                insight_fetch(&service->insight, app.slots[slot].cluster_id, path, done, userdata);
    return fetch;
}

void app_service_cancel_page(struct app_service *service, struct insight_fetch *fetch) {
    insight_cancel_fetch(&service->insight, fetch);
}
