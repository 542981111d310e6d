// The questions of app_service_queries.h, answered from the records.
#include "base/memory.h"
#include "base/text.h"
#include "controller/commands/app_service_queries.h"
#include "controller/service/service.h"
#include "model/app_detail.h"
#include "storage/app_store.h"
#include "storage/operation_store.h"
#include "storage/snapshot_store.h"
#include "storage/version_store.h"

bool app_service_describe(struct app_service *service, const struct app_scope *scope,
                          const char *name, struct app_detail *out_detail, struct error *err) {
    struct app_detail detail = {0};

    if (!service_find_app(service, scope, name, &detail.app, err)) return false;
    if (!service_load_version(service, detail.app.id, detail.app.version, &detail.version, err))
        return false;
    *out_detail = detail;
    return true;
}

bool app_service_describe_with_plan(struct app_service *service, const struct app_scope *scope,
                                    const char *name, struct app_detail *out_detail,
                                    struct error *err) {
    if (!app_service_describe(service, scope, name, out_detail, err)) return false;
    const struct placement *current = &out_detail->app.slots[SLOT_CURRENT];
    if (current->phase == PLACEMENT_UP)
        out_detail->job_plan = insight_job_plan(&service->insight, current->cluster_id);
    return true;
}

static enum app_status status_of_version(const struct app *app, int64_t version,
                                         bool is_rolled_back) {
    if (version == app->version) return app->status;
    return is_rolled_back ? APP_ROLLED_BACK : APP_READY;
}

bool app_service_describe_version(struct app_service *service, const struct app_scope *scope,
                                  const char *name, int64_t version, struct app_detail *out_detail,
                                  struct error *err) {
    struct app_detail detail = {0};
    struct job_spec spec;
    bool found;

    if (!service_find_app(service, scope, name, &detail.app, err)) return false;
    if (!version_store_load(service->db, detail.app.id, version, &detail.version, &found, err))
        return false;
    if (!found)
        return error_set(err, ERROR_NOT_FOUND, "Application '%s' has no version %lld.", name,
                         (long long)version);
    detail.app.status = status_of_version(&detail.app, version, detail.version.is_rolled_back);
    if (version != detail.app.version) {
        // These are of the version that runs.
        job_spec_read(&detail.version, &spec);
        detail.app.current_parallelism = spec.parallelism;
        detail.app.has_run_configuration = false;
    }
    *out_detail = detail;
    return true;
}

bool app_service_list_versions(struct app_service *service, const struct app_scope *scope,
                               const char *name, int64_t before_version,
                               struct app_version_summary *out_list, size_t limit,
                               size_t *out_count, struct error *err) {
    AUTO(memory_free) struct version_summary *rows = memory_alloc(limit * sizeof *rows);
    struct app app;

    if (!service_find_app(service, scope, name, &app, err)) return false;
    if (!version_store_list(service->db, app.id, before_version, rows, limit, out_count, err))
        return false;
    for (size_t index = 0; index < *out_count; index++) {
        out_list[index].version = rows[index].version;
        out_list[index].status =
            status_of_version(&app, rows[index].version, rows[index].is_rolled_back);
    }
    return true;
}

bool app_service_list(struct app_service *service, const struct app_scope *scope,
                      const char *after_name, struct app_summary *out_list, size_t limit,
                      size_t *out_count, struct error *err) {
    return app_store_list(service->db, scope, after_name, out_list, limit, out_count, err);
}

bool app_service_describe_snapshot(struct app_service *service, const struct app_scope *scope,
                                   const char *name, const char *snapshot_name,
                                   struct snapshot *out_snapshot, struct error *err) {
    struct app app;
    bool found;

    if (!service_find_app(service, scope, name, &app, err)) return false;
    if (!snapshot_store_find(service->db, app.id, snapshot_name, out_snapshot, &found, err))
        return false;
    // InvalidArgument with "does not exist" is what terraform waits for (facts/api.md 6.4).
    return found ||
           error_set(err, ERROR_INVALID, "Snapshot '%s' does not exist for application %s.",
                     snapshot_name, name);
}

bool app_service_list_snapshots(struct app_service *service, const struct app_scope *scope,
                                const char *name, int64_t after_sequence, struct snapshot *out_list,
                                size_t limit, size_t *out_count, struct error *err) {
    struct app app;

    if (!service_find_app(service, scope, name, &app, err)) return false;
    return snapshot_store_list(service->db, app.id, after_sequence, out_list, limit, out_count,
                               err);
}

bool app_service_describe_operation(struct app_service *service, const struct app_scope *scope,
                                    const char *name, const char *operation_id,
                                    struct operation *out_operation, struct error *err) {
    struct app app;
    bool found;

    if (!service_find_app(service, scope, name, &app, err)) return false;
    if (!operation_store_find(service->db, app.id, operation_id, out_operation, &found, err))
        return false;
    return found || error_set(err, ERROR_NOT_FOUND, "Operation '%s' does not exist.", operation_id);
}

bool app_service_list_operations(struct app_service *service, const struct app_scope *scope,
                                 const char *name, const struct operation_filter *filter,
                                 struct operation *out_list, size_t limit, size_t *out_count,
                                 struct error *err) {
    struct app app;

    if (!service_find_app(service, scope, name, &app, err)) return false;
    return operation_store_list(service->db, app.id, filter, out_list, limit, out_count, err);
}
