#include "controller/moves/admission.h"

#include "base/memory.h"
#include "base/text.h"
#include "controller/history/event_log.h"
#include "controller/history/trouble.h"
#include "controller/moves/sizing.h"
#include "controller/moves/source_hold.h"

// An application that was not seen for so long is passed over: those that wait are checked more
// often (controller/moves/progress.h).
static const int64_t ABSENT_MS = 10000;

struct waiter {
    struct waiter *next; // has waited for a shorter time
    char app_id[APP_ID_SIZE];
    enum launch_wait wait;     // what it waited for when it was last seen
    enum launch_wait reported; // in the history
    int64_t seen_ms;           // of the clock of real time
};

static struct waiter **find(struct app_service *service, const char *app_id) {
    struct waiter **place = &service->waiters;

    while (*place != NULL && !text_equal((*place)->app_id, app_id))
        place = &(*place)->next;
    return place;
}

void admission_forget(struct app_service *service, const char *app_id) {
    struct waiter **place = find(service, app_id);
    struct waiter *gone = *place;

    if (gone == NULL) return;
    *place = gone->next;
    memory_free(gone);
}

void admission_free(struct app_service *service) {
    while (service->waiters != NULL)
        admission_forget(service, service->waiters->app_id);
}

static bool is_next(const struct app_service *service, const struct waiter *waiter) {
    int64_t now_ms = clock_now_ms(&service->elapsed);

    return waiter->wait == LAUNCH_WAITS_FOR_TURN && now_ms - waiter->seen_ms < ABSENT_MS;
}

// Does another application wait that came earlier? One that is not in the queue came last.
static bool has_predecessor(const struct app_service *service, const char *app_id) {
    for (const struct waiter *one = service->waiters; one != NULL; one = one->next) {
        if (text_equal(one->app_id, app_id)) return false;
        if (is_next(service, one)) return true;
    }
    return false;
}

void admission_wake(struct app_service *service) {
    for (const struct waiter *one = service->waiters; one != NULL; one = one->next) {
        if (!is_next(service, one)) continue;
        work_queue_add(service->queue, one->app_id, service_now_ms(service));
        return;
    }
}

// --- the view ---

// The placement whose cluster is to be launched; NULL = none.
static const struct placement *planned_of(const struct app *app) {
    for (int slot = SLOT_COUNT - 1; slot >= 0; slot--)
        if (app->slots[slot].phase == PLACEMENT_PLANNED) return &app->slots[slot];
    return NULL;
}

static bool shape_of(struct app_service *service, const struct app *app,
                     const struct placement *placement, struct launch_spec *out_spec,
                     struct error *err) {
    struct job_spec spec;

    if (!service_load_spec(service, app->id, placement->version, &spec, err)) return false;
    *out_spec =
        (struct launch_spec){.runtime = spec.runtime, .job = spec, .is_python = spec.is_python};
    if (!source_hold_find(service, app->id, &out_spec->holds_sources, err)) return false;
    (void)text_copy(out_spec->app_id, sizeof out_spec->app_id, app->id);
    (void)text_copy(out_spec->log_level, sizeof out_spec->log_level, spec.log_level);
    (void)text_copy(out_spec->region, sizeof out_spec->region, app->scope.region);
    out_spec->size = sizing_for(service->profile, &spec, placement->parallelism);
    return true;
}

static void view_memory(struct app_service *service, const struct app *app, int64_t needed_bytes,
                        struct plan_view *view) {
    int64_t used_bytes = capacity_memory_used_bytes(&service->capacity);
    int64_t freed_bytes =
        capacity_memory_of_bytes(&service->capacity, app->slots[SLOT_CURRENT].cluster_id);

    view->memory_used_bytes = used_bytes;
    view->memory_needed_bytes = needed_bytes;
    view->memory_budget_bytes = service->memory_budget_bytes;
    view->fits_beside = used_bytes + needed_bytes <= service->memory_budget_bytes;
    view->fits_alone = used_bytes - freed_bytes + needed_bytes <= service->memory_budget_bytes;
}

static enum launch_wait wait_of(const struct app_service *service, const struct app *app,
                                const struct launch_spec *shape, const struct plan_view *view) {
    // The plan decides who may wait for memory (controller/moves/plan.c).
    if (!view->fits_beside) return LAUNCH_WAITS_FOR_MEMORY;
    // The old job has been stopped: its interruption is not made longer for the start of another.
    if (app->move.halted) return LAUNCH_IS_FREE;
    if (has_predecessor(service, app->id) || !cluster_admits(&service->clusters, shape))
        return LAUNCH_WAITS_FOR_TURN;
    return LAUNCH_IS_FREE;
}

bool admission_observe(struct app_service *service, const struct app *app, struct plan_view *view,
                       struct error *err) {
    const struct placement *planned = planned_of(app);
    struct launch_spec shape;

    view->fits_beside = view->fits_alone = true;
    if (planned == NULL) {
        admission_forget(service, app->id);
        return true;
    }
    if (!shape_of(service, app, planned, &shape, err)) return false;
    view_memory(service, app, cluster_size_bytes(&shape.size), view);
    view->launch_wait = wait_of(service, app, &shape, view);
    struct waiter *waiter = *find(service, app->id);
    if (waiter == NULL) return true;
    waiter->seen_ms = clock_now_ms(&service->elapsed);
    waiter->wait = view->launch_wait;
    // A wait for memory holds up others: it is reported, also where it waited for its turn before.
    view->is_queued = waiter->reported >= view->launch_wait;
    return true;
}

// --- waiting ---

static void describe(const struct plan_view *view, char *out, size_t size_bytes) {
    if (view->launch_wait == LAUNCH_WAITS_FOR_MEMORY)
        (void)text_format(out, size_bytes,
                          "another cluster waits for memory: it needs %lld MB, and %lld MB of %lld "
                          "MB are in use (--memory-budget)",
                          (long long)(view->memory_needed_bytes >> 20),
                          (long long)(view->memory_used_bytes >> 20),
                          (long long)(view->memory_budget_bytes >> 20));
    else
        (void)text_format(out, size_bytes,
                          "another cluster waits until fewer clusters boot at the same time");
}

bool admission_queue(struct app_service *service, const struct app *app,
                     const struct plan_view *view, struct error *err) {
    struct waiter **place = find(service, app->id);
    json_t *detail = json_new_object();
    char message[256];

    if (*place == NULL) {
        *place = memory_alloc(sizeof **place);
        (void)text_copy((*place)->app_id, APP_ID_SIZE, app->id);
    }
    (*place)->seen_ms = clock_now_ms(&service->elapsed);
    (*place)->wait = (*place)->reported = view->launch_wait;
    describe(view, message, sizeof message);
    json_put_text(detail, "waitsFor",
                  view->launch_wait == LAUNCH_WAITS_FOR_MEMORY ? "memory" : "processors");
    if (app->move.kind != MOVE_NONE) return event_log_phase(service, app, "QUEUED", detail, err);
    return trouble_add_recovery(service, app, "QUEUED", message, detail, err);
}
