// How long FORCE_STOPPING and DELETING are shown.
#include "controller/moves/plan_shown.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static struct app app = {.move = {.started_at_ms = 10000}};
static const struct plan_view view = {.shown_ms = 500};

Test(plan_shown, waits_from_the_command_on) {
    struct step step = {0};

    app.move.kind = MOVE_DELETE;
    cr_assert(not(plan_shown_enough(&app, &view, 10100, &step)));
    cr_assert(eq(int, step.kind, STEP_WAIT));
    cr_assert(eq(int, (int)step.again_at_ms, 10500));
    cr_assert(plan_shown_enough(&app, &view, 10500, &step));
    app.move.kind = MOVE_FORCE_STOP;
    cr_assert(not(plan_shown_enough(&app, &view, 10000, &step)));
}

Test(plan_shown, does_not_wait_for_a_clock_that_was_set_back) {
    struct step step;

    app.move.kind = MOVE_DELETE;
    cr_assert(plan_shown_enough(&app, &view, 9000, &step));
}

Test(plan_shown, holds_up_nothing_else) {
    struct step step;

    app.move.kind = MOVE_STOP;
    cr_assert(plan_shown_enough(&app, &view, 10000, &step));
}
