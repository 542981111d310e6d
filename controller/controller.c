#include "controller/controller.h"

#include "base/memory.h"
#include "controller/commands/code_wait.h"
#include "controller/moves/admission.h"
#include "controller/moves/code_collect.h"
#include "controller/moves/faults.h"
#include "controller/moves/misfit.h"
#include "controller/moves/plan.h"
#include "controller/moves/progress.h"
#include "controller/moves/runtime_use.h"
#include "controller/scaling/metering.h"
#include "controller/scaling/metering_options.h"
#include "controller/service/service.h"
#include "controller/snapshots/snapshot_keeper.h"
#include "controller/snapshots/snapshot_transfers.h"
#include "storage/app_store.h"

static bool queue_one(void *userdata, const char *app_id, struct error *err) {
    struct app_service *service = userdata;

    (void)err;
    work_queue_add(service->queue, app_id, service_now_ms(service));
    return true;
}

bool controller_new(const struct controller_options *options, struct app_service **out_service,
                    struct error *err) {
    AUTO(controller_free) struct app_service *service = memory_alloc(sizeof *service);

    service->db = options->db;
    service->clusters = options->clusters;
    service->insight = options->insight;
    service->capacity = options->capacity;
    service->state_files = options->state_files;
    service->programs = options->programs;
    service->code = options->code;
    service->transfers = options->transfers;
    service->clock = options->clock;
    service->elapsed = options->elapsed.now_ms == NULL ? clock_monotonic() : options->elapsed;
    service->start_limit_ms =
        options->start_limit_ms == 0 ? PROGRESS_START_LIMIT_MS : options->start_limit_ms;
    service->start_means_all_tasks = options->start_means_all_tasks;
    service->running_min_ms =
        options->running_min_ms == 0 ? PLAN_RUNNING_MIN_MS : options->running_min_ms;
    service->profile = options->profile;
    service->memory_budget_bytes = options->memory_budget_bytes;
    service->limits = options->limits;
    service->retention = options->retention;
    service->maintains = options->maintains;
    service->metering = memory_alloc(sizeof *service->metering);
    *service->metering = options->metering;
    service->queue = work_queue_new(options->on_due_changed, options->userdata);
    if (!app_store_visit_all(service->db, queue_one, service, err)) return false;
    if (!snapshot_keeper_queue_all(service, err)) return false;
    code_collect_soon(service);
    *out_service = TAKE(service);
    return true;
}

void controller_stop(struct app_service *service) {
    if (service != NULL) code_wait_end_all(service);
}

void controller_free(struct app_service *service) {
    if (service == NULL) return;
    code_wait_end_all(service);
    snapshot_transfers_free(service);
    faults_free(service);
    progress_free(service);
    misfit_free(service);
    admission_free(service);
    runtime_use_free(service);
    metering_free(service);
    memory_free(service->metering);
    work_queue_free(service->queue);
    memory_free(service);
}

void controller_on_cluster_change(void *service, const char *app_id) {
    struct app_service *self = service;

    work_queue_add(self->queue, app_id, service_now_ms(self));
    admission_wake(self);
}

bool controller_next_due_ms(const struct app_service *service, int64_t *out_due_ms) {
    return work_queue_next_due_ms(service->queue, out_due_ms);
}
