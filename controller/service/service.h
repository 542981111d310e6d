// The controller as an object: its parts, for all inner rooms of the controller. A part of a later
// room is a pointer here, and only that room knows the struct.
#pragma once

#include "base/clock.h"
#include "base/work_queue.h"
#include "controller/record/app_rules.h"
#include "controller/record/retention_policy.h"
#include "model/app.h"
#include "model/app_version.h"
#include "model/cluster_size.h"
#include "model/job_spec.h"
#include "runtime/capacity.h"
#include "runtime/cluster.h"
#include "runtime/code_store.h"
#include "runtime/insight.h"
#include "runtime/program.h"
#include "runtime/snapshot_transfer.h"
#include "runtime/state_files.h"
#include "storage/db.h"

struct armed_fault;
struct code_wait;
struct meter;
struct misfit;
struct metering_options;
struct progress;
struct runtime_use;
struct snapshot_task;
struct waiter;

struct app_service {
    struct db *db;
    struct cluster_port clusters;
    struct insight_port insight;   // may be missing
    struct capacity_port capacity; // may be missing
    struct state_files_port state_files;
    struct program_port programs; // may be missing
    struct code_port code;
    struct snapshot_transfer_port transfers; // may be missing
    struct clock clock;
    struct clock elapsed;       // real time, never set
    int64_t start_limit_ms;     // of real time: from a submission until the job counts as started
    bool start_means_all_tasks; // it does when all its tasks run, else when it is RUNNING
    // Of the service's clock: a job that finishes is shown as RUNNING so long.
    int64_t running_min_ms;
    struct progress *progress; // list; see progress.h
    struct waiter *waiters;    // list; see admission.h
    struct misfit *misfits;    // list; see misfit.h
    enum profile profile;
    int64_t memory_budget_bytes;
    struct app_limits limits;
    // An event was added, which can be read in the next turn; may be NULL.
    void (*on_event)(void *userdata);
    void *event_userdata;
    unsigned ids_made;                 // of applications, since the daemon started
    struct armed_fault *faults;        // list; see faults.h
    struct retention_policy retention; // the server's; the tag of an application overrides it
    bool maintains;                    // maintenance by the clock; see maintenance.h
    struct metering_options *metering; // a copy; see metering_options.h
    struct meter *meters;              // list: of the applications that run; see metering.h
    struct runtime_use *runtime_uses;  // list: of the applications that run or are being moved
    struct work_queue *queue;
    int64_t seen_now_ms; // both clocks, when the queue was last checked
    int64_t seen_elapsed_ms;
    bool collects_code;                   // a pass over the code has begun
    bool has_stale_code;                  // since then, more code may be unused
    struct snapshot_task *snapshot_tasks; // list; see controller/snapshots/snapshot_transfers.h
    struct code_wait *code_waits; // list of Create and Update calls that wait for their code
};

static inline int64_t service_now_ms(const struct app_service *service) {
    return clock_now_ms(&service->clock);
}

// The time of the service's clock after `real_ms` of real time.
static inline int64_t service_after_ms(const struct app_service *service, int64_t real_ms) {
    return service_now_ms(service) + (int64_t)((double)real_ms * clock_scale(&service->clock)) + 1;
}

// In the queue an enhanced snapshot is named by this and its id; an application by its id alone.
#define SERVICE_SNAPSHOT_MARK "s-"

// The keeper (controller/snapshots) works on the snapshot, at once, at a time of the service's
// clock or in `real_ms` of real time. "": on what concerns no single one.
void service_wake_snapshot_at(struct app_service *service, const char *snapshot_id, int64_t due_ms);
void service_wake_snapshot(struct app_service *service, const char *snapshot_id);
void service_wake_snapshot_later(struct app_service *service, const char *snapshot_id,
                                 int64_t real_ms);

// ERROR_NOT_FOUND in the service's words: "Application '<name>' does not exist." (facts/api.md 10)
MUST_CHECK bool service_find_app(const struct app_service *service, const struct app_scope *scope,
                                 const char *name, struct app *out_app, struct error *err);

// A version that a record names. ERROR_NOT_FOUND: there is none. The caller releases it.
MUST_CHECK bool service_load_version(const struct app_service *service, const char *app_id,
                                     int64_t version, struct app_version *out_version,
                                     struct error *err);

// What a version of an application runs (model/job_spec.h), as above.
MUST_CHECK bool service_load_spec(const struct app_service *service, const char *app_id,
                                  int64_t version, struct job_spec *out_spec, struct error *err);
