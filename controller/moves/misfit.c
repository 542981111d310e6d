#include "controller/moves/misfit.h"

#include "base/memory.h"
#include "base/text.h"
#include "controller/moves/misfit_text.h"
#include "controller/moves/program_question.h"

// Of real time. Later, the id in Flink's words has to do.
static const int64_t WAIT_MAX_MS = 5000;

struct misfit {
    struct misfit *next;
    struct app_service *service;
    char app_id[APP_ID_SIZE];
    struct placement placement; // that failed
    char failure[APP_FAILURE_SIZE];
    struct program_inspection *inspection; // NULL: none is under way
    int64_t until_ms;                      // of the clock of real time
    struct misfit_note note;               // its texts are owned; "" = nothing to report
};

static struct misfit *find(const struct app_service *service, const char *app_id) {
    struct misfit *misfit = service->misfits;

    while (misfit != NULL && !text_equal(misfit->app_id, app_id))
        misfit = misfit->next;
    return misfit;
}

void misfit_forget(struct app_service *service, const char *app_id) {
    struct misfit **place = &service->misfits;

    while (*place != NULL && !text_equal((*place)->app_id, app_id))
        place = &(*place)->next;
    if (*place == NULL) return;
    struct misfit *gone = *place;
    *place = gone->next;
    if (gone->inspection != NULL) program_cancel(&service->programs, gone->inspection);
    memory_free(gone->note.brief);
    memory_free(gone->note.full);
    memory_free(gone);
}

void misfit_free(struct app_service *service) {
    while (service->misfits != NULL)
        misfit_forget(service, service->misfits->app_id);
}

// `graph`: NULL = not known. A restore point that cannot be read, or is gone, is not explained.
static void explain(struct misfit *self, const struct job_graph *graph) {
    AUTO(savepoint_metadata_free) struct savepoint_metadata metadata = {0};
    const struct placement *placement = &self->placement;
    struct misfit_case of = {.failure = self->failure,
                             .metadata = &metadata,
                             .graph = graph,
                             .is_part_allowed = placement->allow_non_restored_state};
    struct job_spec spec;

    if (!service_load_spec(self->service, self->app_id, placement->version, &spec, NULL) ||
        !program_question_read(self->service, placement->from.path, &metadata, NULL))
        return;
    of.target =
        (struct savepoint_target){.runtime = spec.runtime, .parallelism = placement->parallelism};
    misfit_text_explain(&of, &self->note.brief, &self->note.full);
}

static void on_inspected(void *userdata, const struct program_report *report,
                         const struct error *err) {
    struct misfit *self = userdata;

    (void)err;
    self->inspection = NULL;
    explain(self, report == NULL ? NULL : &report->graph);
    work_queue_add(self->service->queue, self->app_id, service_now_ms(self->service));
}

static struct misfit *begin(struct app_service *service, const struct app *app,
                            const struct plan_view *view) {
    struct misfit *self = memory_alloc(sizeof *self);

    misfit_forget(service, app->id);
    self->service = service;
    self->placement = app->slots[SLOT_NEXT];
    self->until_ms = clock_now_ms(&service->elapsed) + WAIT_MAX_MS;
    (void)text_copy(self->app_id, sizeof self->app_id, app->id);
    (void)text_copy(self->failure, sizeof self->failure, view->slots[SLOT_NEXT].failure);
    self->next = service->misfits;
    service->misfits = self;
    if (!program_question_begin(service, app, self->placement.version, self->placement.parallelism,
                                on_inspected, self, &self->inspection, NULL))
        explain(self, NULL);
    return self;
}

static bool ends_in_failure(const struct app *app, const struct plan_view *view,
                            const struct step *step) {
    bool is_end = step->kind == STEP_ROLL_BACK ||
                  (step->kind == STEP_COMMIT && step->event == EVENT_ABANDONED);

    return is_end && view->hopeless[0] == '\0' &&
           app->slots[SLOT_NEXT].phase == PLACEMENT_SUBMITTED &&
           app->slots[SLOT_NEXT].from.path[0] != '\0' &&
           misfit_text_is_of_restore(view->slots[SLOT_NEXT].failure);
}

bool misfit_holds_back(struct app_service *service, const struct app *app, struct plan_view *view,
                       const struct step *step, int64_t *out_until_ms) {
    if (!ends_in_failure(app, view, step)) return false;
    struct misfit *self = find(service, app->id);
    if (self == NULL || !text_equal(self->placement.job_id, app->slots[SLOT_NEXT].job_id))
        self = begin(service, app, view);
    int64_t left_ms = self->until_ms - clock_now_ms(&service->elapsed);
    if (self->inspection != NULL && left_ms > 0) {
        *out_until_ms = service_after_ms(service, left_ms);
        return true;
    }
    if (self->inspection != NULL) {
        program_cancel(&service->programs, TAKE(self->inspection));
        explain(self, NULL);
    }
    if (self->note.brief != NULL && self->note.brief[0] != '\0') view->misfit = &self->note;
    return false;
}
