// Start, stop and wake-ups of the controller, for daemon/ and for tests. The API sees only
// app_service_*.h.
#pragma once

#include "base/clock.h"
#include "controller/record/app_rules.h"
#include "controller/record/retention_policy.h"
#include "controller/scaling/metering_options.h"
#include "runtime/capacity.h"
#include "runtime/cluster.h"
#include "runtime/code_store.h"
#include "runtime/insight.h"
#include "runtime/program.h"
#include "runtime/snapshot_transfer.h"
#include "runtime/state_files.h"
#include "storage/db.h"

struct app_service;

struct controller_options {
    struct db *db; // borrowed, like everything here
    struct cluster_port clusters;
    struct insight_port insight;   // {0} = missing
    struct capacity_port capacity; // {0} = missing
    struct state_files_port state_files;
    struct program_port programs; // {0} = missing
    struct code_port code;
    struct snapshot_transfer_port transfers; // {0} = missing
    struct clock clock;
    struct clock elapsed;   // {0} = clock_monotonic()
    int64_t start_limit_ms; // 0 = PROGRESS_START_LIMIT_MS
    bool start_means_all_tasks;
    int64_t running_min_ms; // see plan.h; 0 = PLAN_RUNNING_MIN_MS
    enum profile profile;
    int64_t memory_budget_bytes;
    struct app_limits limits;
    struct retention_policy retention;
    bool maintains; // maintenance in the windows of the applications
    struct metering_options metering;
    // Called when controller_next_due_ms() may have changed. May be NULL.
    void (*on_due_changed)(void *userdata);
    void *userdata;
};

// Makes every application due at once, so that moves continue that a killed daemon had begun.
MUST_CHECK bool controller_new(const struct controller_options *options,
                               struct app_service **out_service, struct error *err);
// Replies to the calls that wait for code, with an error. To be called after the code store is
// freed and before the API is.
void controller_stop(struct app_service *service);
// Stops no job: the records still say what runs.
void controller_free(struct app_service *service);
DEFINE_AUTO(controller_free, struct app_service *);

// The cluster port's change callback; `service` is a struct app_service.
void controller_on_cluster_change(void *service, const char *app_id);

bool controller_next_due_ms(const struct app_service *service, int64_t *out_due_ms);
