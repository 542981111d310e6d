// Maintenance on request, and UpdateApplicationMaintenanceConfiguration. The maintenance window is
// not part of the configuration: it makes no version (facts/api.md 5.11).
#include "base/text.h"
#include "controller/commands/app_service_commands.h"
#include "controller/commands/app_service_own.h"
#include "controller/moves/lifecycle.h"
#include "controller/moves/maintenance.h"
#include "controller/moves/move_begin.h"
#include "controller/service/service.h"
#include "storage/app_store.h"

bool app_service_set_maintenance(struct app_service *service, const struct app_scope *scope,
                                 const char *name, const char *start, struct app *out_app,
                                 struct error *err) {
    AUTO(db_rollback) struct db_tx tx = {0};
    struct app app = {0};

    if (!service_find_app(service, scope, name, &app, err)) return false;
    // Only in READY and RUNNING, as for an update (facts/api.md 4.2).
    if (!lifecycle_allows(app.status, EVENT_UPDATE))
        return error_set(err, ERROR_CONFLICT, "Application cannot be updated in '%s' state",
                         app_status_name(app.status));
    (void)text_copy(app.maintenance_start, sizeof app.maintenance_start, start);
    if (!db_begin(service->db, &tx, err)) return false;
    if (!app_store_save(service->db, &app, err)) return false;
    if (!db_commit(&tx, err)) return false;
    // The next window may be an earlier one.
    move_begin_wake(service, &app);
    *out_app = app;
    return true;
}

bool app_service_maintain(struct app_service *service, const struct app_scope *scope,
                          const char *name, char out_operation_id[static APP_OPERATION_ID_SIZE],
                          struct error *err) {
    struct app app;

    if (!service_find_app(service, scope, name, &app, err)) return false;
    if (!lifecycle_allows(app.status, EVENT_MAINTENANCE))
        return error_set(err, ERROR_CONFLICT,
                         "Application cannot be maintained in '%s' state, only in 'RUNNING'",
                         app_status_name(app.status));
    if (!maintenance_begin(service, &app, err)) return false;
    (void)text_copy(out_operation_id, APP_OPERATION_ID_SIZE, app.move.operation_id);
    return true;
}
