// A cluster: whose JobManager answers, its slots, and which question comes next.
#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "runtime/flink/cluster_watch_parts.h"
#include "runtime/flink/watched_job.h"

struct flink_client *cluster_watch_client(struct cluster_watch *watch) {
    return &watch->poll.client;
}

const struct cluster_view *cluster_watch_view(const struct cluster_watch *watch) {
    return &watch->view;
}

bool cluster_watch_is_ready(const struct cluster_watch *watch) {
    return watch->is_ready;
}

bool cluster_watch_has_answered(const struct cluster_watch *watch) {
    return watch->is_known;
}

void cluster_watch_report_change(struct cluster_watch *watch) {
    watch->on_change(watch->userdata);
}

static int64_t now_ms(void) {
    return clock_monotonic_us() / 1000;
}

// --- when to ask ---

void cluster_watch_ask_after(struct cluster_watch *watch, int64_t delay_ms) {
    if (watch->is_ready && !cluster_watch_has_question_of_job(watch))
        cluster_poll_never(&watch->poll);
    else
        cluster_poll_after(&watch->poll, delay_ms);
}

void cluster_watch_ask_again(struct cluster_watch *watch) {
    // While main() runs, the only question is whether the JobManager still answers.
    bool is_slow = watched_job_is_quiet(&watch->view) || watch->view.job == JOB_SUBMITTING;

    cluster_watch_ask_after(watch, is_slow ? CLUSTER_WATCH_QUIET_MS : CLUSTER_WATCH_BUSY_MS);
}

// --- silence ---

// The owner has its own time limits for a cluster that boots.
static void check_silence(struct cluster_watch *watch) {
    char reason[200];

    if (!watch->is_ready) return;
    if (cluster_silence_is_over_limit(&watch->poll.silence, reason, sizeof reason))
        watch->on_silent(watch->userdata, reason);
}

static void on_waiting(void *userdata) {
    check_silence(userdata);
}

// --- answers ---

void cluster_watch_retry(struct cluster_watch *watch) {
    cluster_poll_unanswered(&watch->poll);
    cluster_watch_ask_after(watch,
                            watch->is_ready ? CLUSTER_WATCH_RETRY_MS : CLUSTER_WATCH_BUSY_MS);
    check_silence(watch);
}

bool cluster_watch_accept(struct cluster_watch *watch, const struct error *err) {
    cluster_poll_end(&watch->poll);
    if (err == NULL) return true;
    if (!cluster_watch_is_too_long(err)) {
        cluster_watch_retry(watch);
        return false;
    }
    // The JobManager does answer, and the view of the job stays.
    cluster_poll_answered(&watch->poll);
    (void)text_copy(watch->view.failure, sizeof watch->view.failure, err->message);
    cluster_watch_ask_after(watch, CLUSTER_WATCH_RETRY_MS);
    cluster_watch_report_change(watch);
    return false;
}

static void on_configuration(void *userdata, json_t *reply, const struct error *reason) {
    struct cluster_watch *watch = userdata;

    if (!cluster_watch_accept(watch, reason)) return;
    if (!flink_reply_is_instance(reply, watch->instance, &watch->is_known, NULL)) {
        cluster_watch_retry(watch);
        return;
    }
    if (watch->is_known) {
        cluster_watch_ask_after(watch, 0);
        return;
    }
    AUTO(memory_free)
    char *text = memory_format("the JobManager of another cluster answers at %s", watch->base_url);
    watch->on_stranger(watch->userdata, text);
}

static void set_slots(struct cluster_watch *watch, int slots) {
    watch->view.slots = slots;
    watch->slots_at_ms = now_ms();
    cluster_silence_slots(&watch->poll.silence, slots, watch->slots_at_ms);
}

static void on_taskmanagers(void *userdata, json_t *reply, const struct error *reason) {
    struct cluster_watch *watch = userdata;
    struct flink_slots slots;

    // An answer that cannot be used must not stop the questions about the job.
    if (cluster_watch_is_too_long(reason) || cluster_watch_is_refused(reason))
        watch->slots_at_ms = now_ms();
    if (!cluster_watch_accept(watch, reason)) return;
    if (!flink_reply_slots(reply, &watch->ports, &slots, NULL)) {
        watch->slots_at_ms = now_ms();
        cluster_watch_retry(watch);
        return;
    }
    if (slots.strangers > 0) {
        watch->on_stranger(watch->userdata, "a TaskManager of another cluster has registered");
        return;
    }
    cluster_poll_answered(&watch->poll);
    set_slots(watch, slots.own);
    bool gets_ready = !watch->is_ready && slots.own >= watch->poll.silence.wanted_slots;
    if (gets_ready) watch->is_ready = true;
    // A quiet job is asked at once: slots may be due again before QUIET_MS are over.
    if (watched_job_is_quiet(&watch->view))
        cluster_watch_ask_after(watch, CLUSTER_WATCH_BUSY_MS);
    else
        cluster_watch_ask_again(watch);
    if (gets_ready)
        cluster_watch_report_change(watch);
    else
        check_silence(watch);
}

// --- questions ---

static bool wants_slots(const struct cluster_watch *watch) {
    if (!watch->is_ready || watch->view.job == JOB_SUBMITTING) return true;
    return watched_job_is_alive(&watch->view) &&
           now_ms() - watch->slots_at_ms >= cluster_silence_slots_every_ms(&watch->poll.silence);
}

static void on_due(void *userdata) {
    struct cluster_watch *watch = userdata;

    if (!watch->is_known)
        cluster_poll_ask(&watch->poll, FLINK_CONFIGURATION, "/jobmanager/config", on_configuration);
    else if (wants_slots(watch))
        cluster_poll_ask(&watch->poll, FLINK_TASKMANAGERS, "/taskmanagers", on_taskmanagers);
    else
        cluster_watch_ask_of_job(watch);
}

// --- life ---

bool cluster_watch_new(sd_event *loop, const struct cluster_watch_options *options,
                       struct cluster_watch **out_watch, struct error *err) {
    AUTO(cluster_watch_free) struct cluster_watch *watch = memory_alloc(sizeof *watch);

    watch->base_url = memory_copy_text(options->base_url);
    watch->poll = (struct cluster_poll){
        .client = {.loop = loop, .http = options->http, .base_url = watch->base_url},
        .silence = {.limit_ms = options->silence_limit_ms, .wanted_slots = options->slots},
        .on_due = on_due,
        .on_waiting = on_waiting,
        .userdata = watch};
    (void)text_copy(watch->instance, sizeof watch->instance, options->instance);
    watch->ports = options->ports;
    watch->on_change = options->on_change;
    watch->on_silent = options->on_silent;
    watch->on_stranger = options->on_stranger;
    watch->userdata = options->userdata;
    if (!cluster_poll_start(&watch->poll, loop, err)) return false;
    cluster_watch_ask_after(watch, CLUSTER_WATCH_BUSY_MS);
    *out_watch = TAKE(watch);
    return true;
}

void cluster_watch_free(struct cluster_watch *watch) {
    if (watch == NULL) return;
    cluster_poll_stop(&watch->poll);
    cluster_watch_release_job(watch);
    memory_free(watch->base_url);
    memory_free(watch);
}
