#include "controller/moves/move_failure.h"

#include "base/memory.h"
#include "base/text.h"
#include "controller/moves/misfit_text.h"
#include "controller/moves/savepoint_check.h"

static void describe_memory(const struct plan_view *view, char *out, size_t size_bytes) {
    (void)text_format(out, size_bytes,
                      "The memory budget is too small: the application needs %lld MB, "
                      "and %lld MB of %lld MB are in use. Stop another application, lower the "
                      "parallelism or start kobel with a larger --memory-budget.",
                      (long long)(view->memory_needed_bytes >> 20),
                      (long long)(view->memory_used_bytes >> 20),
                      (long long)(view->memory_budget_bytes >> 20));
}

static void describe_loop(const struct cluster_view *cluster, char *out, size_t size_bytes) {
    if (cluster->is_batch) {
        (void)text_format(out, size_bytes, "No savepoint can be taken: " SAVEPOINT_OF_BATCH);
        return;
    }
    (void)text_format(out, size_bytes,
                      "No savepoint can be taken, because the job fails and restarts again and "
                      "again: %s",
                      cluster->failure);
}

const char *move_failure_of(struct app *app, const struct plan_view *view) {
    const struct placement *placement = &app->slots[SLOT_NEXT];
    const struct cluster_view *next = &view->slots[SLOT_NEXT];
    const struct savepoint_view *savepoint = &view->slots[SLOT_CURRENT].savepoint;

    if (view->hopeless[0] != '\0') return view->hopeless;
    if (placement->phase > PLACEMENT_PLANNED && next->failure[0] != '\0') return next->failure;
    if (placement->phase == PLACEMENT_PLANNED && placement->attempt < PLAN_ATTEMPTS_MAX &&
        !view->fits_beside)
        describe_memory(view, app->move.failure, sizeof app->move.failure);
    if (view->is_savepoint_hopeless && !app->move.halted) {
        describe_loop(&view->slots[SLOT_CURRENT], app->move.failure, sizeof app->move.failure);
        return app->move.failure;
    }
    if (savepoint->state == SAVEPOINT_FAILED &&
        text_equal(savepoint->trigger_id, app->move.trigger_id))
        return savepoint->failure;
    if (app->move.failure[0] != '\0') return app->move.failure;
    return "the cluster did not start";
}

void move_failure_brief(struct app *app, const struct plan_view *view,
                        char out[static OPERATION_ERROR_SIZE]) {
    misfit_text_join(move_failure_of(app, view), view->misfit == NULL ? "" : view->misfit->brief,
                     out);
}

char *move_failure_full(struct app *app, const struct plan_view *view) {
    const char *failure = move_failure_of(app, view);

    return view->misfit == NULL ? memory_copy_text(failure)
                                : memory_format("%s kobel: %s", failure, view->misfit->full);
}
