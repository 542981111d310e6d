#include "controller/moves/lifecycle.h"

#define TO(status) ((unsigned char)((status) + 1)) // 0, the default, means "no such edge"

// facts/api.md 4.1, 4.2; facts/service.md 1. An update of a READY application stays READY.
// Beyond the service's table, each status that lasts until something else happens has a way out:
// Force stop and Delete, also while rolling back.
// clang-format off
static const unsigned char next[APP_STATUS_COUNT][APP_EVENT_COUNT] = {
    [APP_READY]          = {[EVENT_START]      = TO(APP_STARTING),
                            [EVENT_UPDATE]     = TO(APP_READY),
                            [EVENT_DELETE]     = TO(APP_DELETING)},
    [APP_STARTING]       = {[EVENT_UP]         = TO(APP_RUNNING),
                            [EVENT_ABANDONED]  = TO(APP_READY),
                            [EVENT_FORCE_STOP] = TO(APP_FORCE_STOPPING),
                            [EVENT_DELETE]     = TO(APP_DELETING)},
    [APP_RUNNING]        = {[EVENT_UPDATE]     = TO(APP_UPDATING),
                            [EVENT_SCALE]      = TO(APP_AUTOSCALING),
                            [EVENT_MAINTENANCE] = TO(APP_MAINTENANCE),
                            [EVENT_ROLL_BACK]  = TO(APP_ROLLING_BACK),
                            [EVENT_STOP]       = TO(APP_STOPPING),
                            [EVENT_FORCE_STOP] = TO(APP_FORCE_STOPPING),
                            [EVENT_DELETE]     = TO(APP_DELETING),
                            [EVENT_FINISHED]   = TO(APP_READY),
                            [EVENT_FAILED]     = TO(APP_READY)},
    [APP_UPDATING]       = {[EVENT_UP]         = TO(APP_RUNNING),
                            [EVENT_REVERTED]   = TO(APP_RUNNING),
                            [EVENT_ABANDONED]  = TO(APP_READY),
                            [EVENT_ROLL_BACK]  = TO(APP_ROLLING_BACK),
                            [EVENT_FORCE_STOP] = TO(APP_FORCE_STOPPING),
                            [EVENT_DELETE]     = TO(APP_DELETING)},
    [APP_AUTOSCALING]    = {[EVENT_UP]         = TO(APP_RUNNING),
                            [EVENT_REVERTED]   = TO(APP_RUNNING),
                            [EVENT_ABANDONED]  = TO(APP_READY),
                            [EVENT_ROLL_BACK]  = TO(APP_ROLLING_BACK),
                            [EVENT_FORCE_STOP] = TO(APP_FORCE_STOPPING),
                            [EVENT_DELETE]     = TO(APP_DELETING)},
    [APP_MAINTENANCE]    = {[EVENT_UP]         = TO(APP_RUNNING),
                            [EVENT_REVERTED]   = TO(APP_RUNNING),
                            [EVENT_ABANDONED]  = TO(APP_READY),
                            [EVENT_ROLL_BACK]  = TO(APP_ROLLING_BACK),
                            [EVENT_FORCE_STOP] = TO(APP_FORCE_STOPPING),
                            [EVENT_DELETE]     = TO(APP_DELETING)},
    [APP_ROLLING_BACK]   = {[EVENT_UP]         = TO(APP_RUNNING),
                            [EVENT_RESUMED]    = TO(APP_RUNNING),
                            [EVENT_REVERTED]   = TO(APP_RUNNING),
                            [EVENT_ABANDONED]  = TO(APP_READY),
                            [EVENT_FORCE_STOP] = TO(APP_FORCE_STOPPING),
                            [EVENT_DELETE]     = TO(APP_DELETING)},
    [APP_STOPPING]       = {[EVENT_HALTED]     = TO(APP_READY),
                            [EVENT_REVERTED]   = TO(APP_RUNNING),
                            [EVENT_FORCE_STOP] = TO(APP_FORCE_STOPPING),
                            [EVENT_DELETE]     = TO(APP_DELETING)},
    [APP_FORCE_STOPPING] = {[EVENT_HALTED]     = TO(APP_READY),
                            [EVENT_DELETE]     = TO(APP_DELETING)},
    [APP_ROLLED_BACK]    = {0},
    [APP_DELETING]       = {0},
};
// clang-format on

static const char *const event_names[APP_EVENT_COUNT] = {
    [EVENT_START] = "start",
    [EVENT_STOP] = "stop",
    [EVENT_FORCE_STOP] = "force-stop",
    [EVENT_UPDATE] = "update",
    [EVENT_SCALE] = "scale",
    [EVENT_ROLL_BACK] = "roll-back",
    [EVENT_DELETE] = "delete",
    [EVENT_UP] = "up",
    [EVENT_REVERTED] = "reverted",
    [EVENT_ABANDONED] = "abandoned",
    [EVENT_HALTED] = "halted",
    [EVENT_FINISHED] = "finished",
    [EVENT_FAILED] = "failed",
    [EVENT_RESUMED] = "resumed",
    [EVENT_MAINTENANCE] = "maintenance",
};

const char *app_event_name(enum app_event event) {
    return event_names[event];
}

bool lifecycle_allows(enum app_status status, enum app_event event) {
    return next[status][event] != 0;
}

bool lifecycle_apply(enum app_status *status, enum app_event event, struct error *err) {
    unsigned char to = next[*status][event];

    if (to == 0)
        return error_set(err, ERROR_CONFLICT, "application is %s, which allows no '%s'",
                         app_status_name(*status), event_names[event]);
    *status = (enum app_status)(to - 1);
    return true;
}
