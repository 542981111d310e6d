#include "model/move.h"

#include "base/names.h"

// clang-format off
static const struct {
    const char *name;
    const char *operation; // as ListApplicationOperations shows it (facts/api.md 5.10)
} moves[MOVE_KIND_COUNT] = {
    [MOVE_NONE]        = {"NONE",        ""},
    [MOVE_START]       = {"START",       "StartApplication"},
    [MOVE_UPDATE]      = {"UPDATE",      "UpdateApplication"},
    [MOVE_SCALE]       = {"SCALE",       "AutoScaling"},
    [MOVE_MAINTENANCE] = {"MAINTENANCE", "ApplicationMaintenance"},
    [MOVE_ROLL_BACK]   = {"ROLL_BACK",   "RollbackApplication"},
    [MOVE_STOP]        = {"STOP",        "StopApplication"},
    [MOVE_FORCE_STOP]  = {"FORCE_STOP",  "StopApplication"},
    [MOVE_DELETE]      = {"DELETE",      ""},
};
// clang-format on
DEFINE_NAMES_OF_COLUMN(move_kind, enum move_kind, moves, name);

const char *move_operation_name(enum move_kind kind) {
    return moves[kind].operation;
}
