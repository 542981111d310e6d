#include "controller/moves/plan_shown.h"

bool plan_shown_enough(const struct app *app, const struct plan_view *view, int64_t now_ms,
                       struct step *out_step) {
    int64_t wait_ms = app->move.started_at_ms + view->shown_ms - now_ms;
    bool ends_by_itself = app->move.kind == MOVE_FORCE_STOP || app->move.kind == MOVE_DELETE;

    // A longer wait than that means that the clock was set back.
    if (!ends_by_itself || wait_ms <= 0 || wait_ms > view->shown_ms) return true;
    *out_step = (struct step){.kind = STEP_WAIT,
                              .again_at_ms = now_ms + wait_ms,
                              .reason = "its status is shown for a moment"};
    return false;
}
