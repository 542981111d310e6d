#include "controller/service/service.h"

#include "base/text.h"
#include "storage/app_store.h"
#include "storage/version_store.h"

void service_wake_snapshot_at(struct app_service *service, const char *snapshot_id,
                              int64_t due_ms) {
    char name[WORK_NAME_SIZE];

    (void)text_format(name, sizeof name, SERVICE_SNAPSHOT_MARK "%s", snapshot_id);
    work_queue_add(service->queue, name, due_ms);
}

void service_wake_snapshot(struct app_service *service, const char *snapshot_id) {
    service_wake_snapshot_at(service, snapshot_id, service_now_ms(service));
}

void service_wake_snapshot_later(struct app_service *service, const char *snapshot_id,
                                 int64_t real_ms) {
    service_wake_snapshot_at(service, snapshot_id, service_after_ms(service, real_ms));
}

bool service_find_app(const struct app_service *service, const struct app_scope *scope,
                      const char *name, struct app *out_app, struct error *err) {
    bool found;

    if (!app_store_find(service->db, scope, name, out_app, &found, err)) return false;
    return found || error_set(err, ERROR_NOT_FOUND, "Application '%s' does not exist.", name);
}

bool service_load_version(const struct app_service *service, const char *app_id, int64_t version,
                          struct app_version *out_version, struct error *err) {
    bool found;

    if (!version_store_load(service->db, app_id, version, out_version, &found, err)) return false;
    return found || error_set(err, ERROR_NOT_FOUND, "no version %lld", (long long)version);
}

bool service_load_spec(const struct app_service *service, const char *app_id, int64_t version,
                       struct job_spec *out_spec, struct error *err) {
    AUTO(app_version_release) struct app_version loaded = {0};

    if (!service_load_version(service, app_id, version, &loaded, err)) return false;
    job_spec_read(&loaded, out_spec);
    return true;
}
