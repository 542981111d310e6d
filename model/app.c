#include "model/app.h"

#include "base/names.h"

static const char *const status_names[APP_STATUS_COUNT] = {
    [APP_READY] = "READY",
    [APP_STARTING] = "STARTING",
    [APP_RUNNING] = "RUNNING",
    [APP_UPDATING] = "UPDATING",
    [APP_AUTOSCALING] = "AUTOSCALING",
    [APP_STOPPING] = "STOPPING",
    [APP_FORCE_STOPPING] = "FORCE_STOPPING",
    [APP_ROLLING_BACK] = "ROLLING_BACK",
    [APP_MAINTENANCE] = "MAINTENANCE",
    [APP_ROLLED_BACK] = "ROLLED_BACK",
    [APP_DELETING] = "DELETING",
};
DEFINE_NAMES(app_status, enum app_status, status_names);

static const char *const restore_names[RESTORE_TYPE_COUNT] = {
    [RESTORE_SKIP] = "SKIP_RESTORE_FROM_SNAPSHOT",
    [RESTORE_LATEST] = "RESTORE_FROM_LATEST_SNAPSHOT",
    [RESTORE_CUSTOM] = "RESTORE_FROM_CUSTOM_SNAPSHOT",
};
DEFINE_NAMES(restore_type, enum restore_type, restore_names);
