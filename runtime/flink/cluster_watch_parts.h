// Within cluster_watch: the struct, and what the part about the cluster (cluster_watch.c) and the
// part about its job (cluster_watch_job.c) need of each other.
#pragma once

#include "runtime/flink/cluster_poll.h"
#include "runtime/flink/cluster_watch.h"
#include "runtime/flink/flink_submission.h"
#include "runtime/flink/flink_trigger.h"
#include "runtime/flink/job_conf.h"

#define CLUSTER_WATCH_BUSY_MS  20
#define CLUSTER_WATCH_QUIET_MS 1000
#define CLUSTER_WATCH_RETRY_MS 100 // after a question without an answer

struct cluster_watch {
    struct cluster_poll poll;
    char *base_url;
    int64_t slots_at_ms; // when the slots were last counted, monotonic
    char instance[JOB_CONF_INSTANCE_SIZE];
    struct flink_port_range ports;
    void (*on_change)(void *userdata);
    void (*on_silent)(void *userdata, const char *reason);
    void (*on_stranger)(void *userdata, const char *reason);
    void *userdata;
    struct cluster_view view;
    bool is_known; // the JobManager that answers is the cluster's own
    bool is_ready;

    // The job.
    json_t *plan;           // NULL = not known yet
    bool fails_savepoint;   // the next one, an injected fault
    bool wants_failure;     // the job has failed: its newest exception must be fetched...
    bool has_failure;       // ...and has been
    int savepoint_refusals; // of questions about it, one after the other
    bool savepoint_fails;  // the newest one has: the state of the job is asked before that is shown
    bool checkpoints_next; // the next question about a quiet job is about its checkpoints
    struct flink_submission submission;
    struct flink_trigger trigger;
};

// --- cluster_watch.c ---

void cluster_watch_report_change(struct cluster_watch *watch);

// The next question follows soon or late, as the job needs it; or in `delay_ms`; or never, where
// there is none.
void cluster_watch_ask_again(struct cluster_watch *watch);
void cluster_watch_ask_after(struct cluster_watch *watch, int64_t delay_ms);

static inline bool cluster_watch_is_too_long(const struct error *reason) {
    return reason != NULL && reason->kind == ERROR_LIMIT;
}

// Flink answered that there is no such thing.
static inline bool cluster_watch_is_refused(const struct error *reason) {
    return reason != NULL && reason->kind == ERROR_INVALID;
}

// Ends the open question. True: its answer can be read. False: it is asked again later.
bool cluster_watch_accept(struct cluster_watch *watch, const struct error *err);
// The answer cannot be used: the question is asked again later.
void cluster_watch_retry(struct cluster_watch *watch);

// --- cluster_watch_job.c ---

// Does the job need another question?
bool cluster_watch_has_question_of_job(const struct cluster_watch *watch);
// Asks the next question about the job.
void cluster_watch_ask_of_job(struct cluster_watch *watch);
void cluster_watch_release_job(struct cluster_watch *watch);
