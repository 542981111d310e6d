#include "model/app.h"

#include "base/cleanup.h"
#include "base/names.h"
#include "base/text.h"

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

static const char *const origin_names[STATE_ORIGIN_COUNT] = {
    [STATE_EMPTY] = "EMPTY",
    [STATE_SNAPSHOT] = "SNAPSHOT",
    [STATE_CHECKPOINT] = "CHECKPOINT",
};

static const char *const phase_names[PLACEMENT_PHASE_COUNT] = {
    [PLACEMENT_EMPTY] = "EMPTY",
    [PLACEMENT_PLANNED] = "PLANNED",
    [PLACEMENT_LAUNCHED] = "LAUNCHED",
    [PLACEMENT_SUBMITTED] = "SUBMITTED",
    [PLACEMENT_UP] = "UP",
};

// clang-format off
static const struct {
    const char *name;
    const char *operation; // as ListApplicationOperations shows it (facts/api.md 5.10)
} moves[MOVE_KIND_COUNT] = {
    [MOVE_NONE]       = {"NONE",       ""},
    [MOVE_START]      = {"START",      "StartApplication"},
    [MOVE_UPDATE]     = {"UPDATE",     "UpdateApplication"},
    [MOVE_SCALE]      = {"SCALE",      "AutoScaling"},
    [MOVE_ROLL_BACK]  = {"ROLL_BACK",  "RollbackApplication"},
    [MOVE_STOP]       = {"STOP",       "StopApplication"},
    [MOVE_FORCE_STOP] = {"FORCE_STOP", "StopApplication"},
    [MOVE_DELETE]     = {"DELETE",     ""},
};
// clang-format on

static const char *const restore_names[RESTORE_TYPE_COUNT] = {
    [RESTORE_SKIP] = "SKIP_RESTORE_FROM_SNAPSHOT",
    [RESTORE_LATEST] = "RESTORE_FROM_LATEST_SNAPSHOT",
    [RESTORE_CUSTOM] = "RESTORE_FROM_CUSTOM_SNAPSHOT",
};

const char *app_status_name(enum app_status status) {
    return status_names[status];
}

bool app_status_from_name(const char *name, enum app_status *out_status) {
    size_t index;

    if (!names_find(status_names, COUNT_OF(status_names), name, &index)) return false;
    *out_status = (enum app_status)index;
    return true;
}

const char *placement_phase_name(enum placement_phase phase) {
    return phase_names[phase];
}

bool placement_phase_from_name(const char *name, enum placement_phase *out_phase) {
    size_t index;

    if (!names_find(phase_names, COUNT_OF(phase_names), name, &index)) return false;
    *out_phase = (enum placement_phase)index;
    return true;
}

const char *move_kind_name(enum move_kind kind) {
    return moves[kind].name;
}

bool move_kind_from_name(const char *name, enum move_kind *out_kind) {
    for (int index = 0; index < MOVE_KIND_COUNT; index++) {
        if (!text_equal(moves[index].name, name)) continue;
        *out_kind = (enum move_kind)index;
        return true;
    }
    return false;
}

const char *move_operation_name(enum move_kind kind) {
    return moves[kind].operation;
}

const char *restore_type_name(enum restore_type type) {
    return restore_names[type];
}

bool restore_type_from_name(const char *name, enum restore_type *out_type) {
    size_t index;

    if (!names_find(restore_names, COUNT_OF(restore_names), name, &index)) return false;
    *out_type = (enum restore_type)index;
    return true;
}

const char *state_origin_name(enum state_origin origin) {
    return origin_names[origin];
}

bool state_origin_from_name(const char *name, enum state_origin *out_origin) {
    size_t index;

    if (!names_find(origin_names, COUNT_OF(origin_names), name, &index)) return false;
    *out_origin = (enum state_origin)index;
    return true;
}
