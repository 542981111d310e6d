#include "model/placement.h"

#include "base/names.h"

static const char *const origin_names[STATE_ORIGIN_COUNT] = {
    [STATE_EMPTY] = "EMPTY",
    [STATE_SNAPSHOT] = "SNAPSHOT",
    [STATE_CHECKPOINT] = "CHECKPOINT",
};
DEFINE_NAMES(state_origin, enum state_origin, origin_names);

static const char *const phase_names[PLACEMENT_PHASE_COUNT] = {
    [PLACEMENT_EMPTY] = "EMPTY",
    [PLACEMENT_PLANNED] = "PLANNED",
    [PLACEMENT_LAUNCHED] = "LAUNCHED",
    [PLACEMENT_SUBMITTED] = "SUBMITTED",
    [PLACEMENT_UP] = "UP",
    [PLACEMENT_ENDED] = "ENDED",
};
DEFINE_NAMES(placement_phase, enum placement_phase, phase_names);

void placement_come_up(struct placement *placement, int64_t now_ms) {
    placement->phase = PLACEMENT_UP;
    placement->not_before_ms = 0;
    placement->up_since_ms = now_ms;
}
