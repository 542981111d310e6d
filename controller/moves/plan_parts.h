// Within the plan: how a step is written, for plan.c and plan_ascent.c.
#pragma once

#include "controller/moves/plan.h"

static inline struct step plan_wait(const char *reason) {
    return (struct step){.kind = STEP_WAIT, .reason = reason};
}

static inline struct step plan_step(enum step_kind kind, enum app_slot slot, const char *reason) {
    return (struct step){.kind = kind, .slot = slot, .reason = reason};
}

static inline struct step plan_commit(enum app_event event, const char *reason) {
    return (struct step){.kind = STEP_COMMIT, .event = event, .reason = reason};
}

static inline bool plan_is_gone(const struct cluster_view *view) {
    return view->health == CLUSTER_ABSENT || view->health == CLUSTER_LOST;
}
