#include "runtime/flink/cluster_watch.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "runtime/flink/cluster_silence.h"
#include "runtime/flink/flink_submission.h"
#include "runtime/flink/flink_trigger.h"
#include "runtime/flink/job_conf.h"
#include "runtime/flink/watched_job.h"

static const int64_t BUSY_MS = 20;
static const int64_t QUIET_MS = 1000;
static const int64_t RETRY_MS = 100;     // after a question that was not answered
static const int64_t PATIENCE_MS = 1000; // between looks at a question that is open

struct cluster_watch {
    sd_event_source *timer;
    sd_event_source *patience; // runs while a question is open
    char *base_url;
    struct flink_client client; // borrows it
    struct cluster_silence silence;
    int64_t slots_at_ms; // when the slots were last counted, monotonic
    char instance[JOB_CONF_INSTANCE_SIZE];
    struct flink_port_range ports;
    void (*on_change)(void *userdata);
    void (*on_silent)(void *userdata, const char *reason);
    void (*on_stranger)(void *userdata, const char *reason);
    void *userdata;
    struct cluster_view view;
    json_t *plan;  // of the job; NULL while it is not known
    bool is_known; // whose JobManager it is that answers
    bool is_ready;
    bool fails_savepoint;  // the next one, on purpose
    bool wants_failure;    // the job had a fault: the newest exception is to be fetched...
    bool has_failure;      // ...and was
    bool checkpoints_next; // the next quiet question is about checkpoints
    struct flink_call *question;
    struct flink_submission submission;
    struct flink_trigger trigger;
};

struct flink_client *cluster_watch_client(struct cluster_watch *watch) {
    return &watch->client;
}

const struct cluster_view *cluster_watch_view(const struct cluster_watch *watch) {
    return &watch->view;
}

char *cluster_watch_plan(const struct cluster_watch *watch) {
    return watch->plan == NULL ? NULL : json_print(watch->plan);
}

bool cluster_watch_is_ready(const struct cluster_watch *watch) {
    return watch->is_ready;
}

bool cluster_watch_has_answered(const struct cluster_watch *watch) {
    return watch->is_known;
}

static void changed(struct cluster_watch *watch) {
    watch->on_change(watch->userdata);
}

static int64_t now_ms(void) {
    return clock_monotonic_us() / 1000;
}

// --- when to ask ---

static bool has_question(const struct cluster_watch *watch) {
    return !watch->is_ready || watched_job_is_alive(&watch->view) || watch->wants_failure ||
           watch->view.job == JOB_SUBMITTING ||
           watch->view.savepoint.state == SAVEPOINT_IN_PROGRESS;
}

static void ask_after(struct cluster_watch *watch, int64_t delay_ms) {
    if (!has_question(watch)) {
        (void)sd_event_source_set_enabled(watch->timer, SD_EVENT_OFF);
        return;
    }
    (void)sd_event_source_set_time_relative(watch->timer, (uint64_t)delay_ms * 1000);
    (void)sd_event_source_set_enabled(watch->timer, SD_EVENT_ONESHOT);
}

static void ask_again(struct cluster_watch *watch) {
    // While main() runs, only whether its JobManager still answers is of interest.
    bool is_slow = watched_job_is_quiet(&watch->view) || watch->view.job == JOB_SUBMITTING;

    ask_after(watch, is_slow ? QUIET_MS : BUSY_MS);
}

// --- silence ---

// A cluster that boots has limits of its own.
static void look_for_silence(struct cluster_watch *watch) {
    char reason[200];

    if (!watch->is_ready) return;
    if (cluster_silence_is_over_limit(&watch->silence, reason, sizeof reason))
        watch->on_silent(watch->userdata, reason);
}

static void set_patience(struct cluster_watch *watch, int enabled) {
    (void)sd_event_source_set_time_relative(watch->patience, (uint64_t)PATIENCE_MS * 1000);
    (void)sd_event_source_set_enabled(watch->patience, enabled);
}

static int on_patience(sd_event_source *source, uint64_t time_us, void *userdata) {
    struct cluster_watch *watch = userdata;

    (void)source;
    (void)time_us;
    if (watch->question == NULL) return 0;
    cluster_silence_unanswered(&watch->silence, now_ms());
    set_patience(watch, SD_EVENT_ONESHOT);
    look_for_silence(watch);
    return 0;
}

static void end_question(struct cluster_watch *watch) {
    flink_call_free(TAKE(watch->question));
    set_patience(watch, SD_EVENT_OFF);
}

// --- answers ---

// The question is asked again later.
static void missed(struct cluster_watch *watch) {
    cluster_silence_unanswered(&watch->silence, now_ms());
    ask_after(watch, watch->is_ready ? RETRY_MS : BUSY_MS);
    look_for_silence(watch);
}

static bool is_too_long(const struct error *reason) {
    return reason != NULL && reason->kind == ERROR_LIMIT;
}

// There is no such thing: whether Flink is well is decided by the questions about the job.
static bool is_refused(const struct error *reason) {
    return reason != NULL && reason->kind == ERROR_INVALID;
}

// True when there is an answer that can be used. One that is too long is an answer all the same:
// its JobManager does not hang, and what is known of the job stays.
static bool take_answer(struct cluster_watch *watch, const struct error *err) {
    end_question(watch);
    if (err == NULL) return true;
    if (!is_too_long(err)) {
        missed(watch);
        return false;
    }
    cluster_silence_answered(&watch->silence, now_ms());
    (void)text_copy(watch->view.failure, sizeof watch->view.failure, err->message);
    ask_after(watch, RETRY_MS);
    changed(watch);
    return false;
}

static void take_slots(struct cluster_watch *watch, int slots) {
    watch->view.slots = slots;
    watch->slots_at_ms = now_ms();
    cluster_silence_slots(&watch->silence, slots, watch->slots_at_ms);
}

static void on_configuration(void *userdata, json_t *reply, const struct error *reason) {
    struct cluster_watch *watch = userdata;
    struct error err;

    if (!take_answer(watch, reason)) return;
    if (!flink_reply_is_instance(reply, watch->instance, &watch->is_known, &err)) {
        missed(watch);
        return;
    }
    if (watch->is_known) {
        ask_after(watch, 0);
        return;
    }
    AUTO(memory_free)
    char *text = memory_format("the JobManager of another cluster answers at %s", watch->base_url);
    watch->on_stranger(watch->userdata, text);
}

static void on_taskmanagers(void *userdata, json_t *reply, const struct error *reason) {
    struct cluster_watch *watch = userdata;
    struct flink_slots slots;
    struct error err;

    if (is_too_long(reason)) watch->slots_at_ms = now_ms();
    if (!take_answer(watch, reason)) return;
    if (!flink_reply_slots(reply, &watch->ports, &slots, &err)) {
        missed(watch);
        return;
    }
    if (slots.strangers > 0) {
        watch->on_stranger(watch->userdata, "a TaskManager of another cluster has registered");
        return;
    }
    cluster_silence_answered(&watch->silence, now_ms());
    take_slots(watch, slots.own);
    bool gets_ready = !watch->is_ready && slots.own >= watch->silence.wanted_slots;
    if (gets_ready) watch->is_ready = true;
    // A quiet job has its turn at once: slots may be due again before QUIET_MS are over.
    if (watched_job_is_quiet(&watch->view))
        ask_after(watch, BUSY_MS);
    else
        ask_again(watch);
    if (gets_ready)
        changed(watch);
    else
        look_for_silence(watch);
}

// What came of the submission is in doubt, and the job is not there.
static void miss_job(struct cluster_watch *watch) {
    static const enum job_state jobs[] = {[SUBMISSION_LOOK_AGAIN] = JOB_CREATED,
                                          [SUBMISSION_REPEATED] = JOB_SUBMITTING,
                                          [SUBMISSION_FAILED] = JOB_REJECTED,
                                          [SUBMISSION_LOST] = JOB_CREATED};
    enum flink_submission_next next = flink_submission_missed(&watch->submission);

    end_question(watch);
    cluster_silence_answered(&watch->silence, now_ms());
    watch->view.job = jobs[next];
    ask_after(watch, RETRY_MS);
    if (next == SUBMISSION_FAILED) changed(watch);
    if (next == SUBMISSION_LOST)
        watch->on_silent(watch->userdata, "jobmanager never answered the submission of the job");
}

static void on_job(void *userdata, json_t *reply, const struct error *reason) {
    struct cluster_watch *watch = userdata;
    struct cluster_view *view = &watch->view;
    struct flink_job job;
    struct error err;

    if (is_refused(reason) && watch->submission.doubt != SUBMISSION_CERTAIN) {
        miss_job(watch);
        return;
    }
    if (!take_answer(watch, reason)) return;
    watch->submission.doubt = SUBMISSION_CERTAIN;
    if (!flink_reply_job(reply, &job, &err)) {
        missed(watch);
        return;
    }
    cluster_silence_answered(&watch->silence, now_ms());
    if (watch->plan == NULL) watch->plan = json_copy_of(json_member(reply, "plan"));
    struct job_change change = watched_job_compare(view, &job);
    // Nobody hears of a fault before its reason is known.
    if (change.is_fault && !watch->has_failure) {
        watch->wants_failure = true;
        ask_after(watch, 0);
        return;
    }
    watched_job_take(view, &job);
    watch->has_failure = false;
    ask_again(watch);
    if (change.is_seen) changed(watch);
}

static void on_failure(void *userdata, json_t *reply, const struct error *reason) {
    struct cluster_watch *watch = userdata;

    watch->has_failure = reason == NULL || is_refused(reason) || is_too_long(reason);
    watch->wants_failure = !watch->has_failure;
    if (!take_answer(watch, reason)) return;
    flink_reply_exception(reply, watch->view.failure, sizeof watch->view.failure);
    ask_after(watch, 0);
}

static void on_checkpoints(void *userdata, json_t *reply, const struct error *reason) {
    struct cluster_watch *watch = userdata;
    char path[FILE_PATH_MAX];
    struct error err;

    if (reason == NULL || is_refused(reason) || is_too_long(reason))
        watch->checkpoints_next = false;
    if (!take_answer(watch, reason)) return;
    bool is_other =
        flink_reply_checkpoint(reply, path, &err) && !text_equal(path, watch->view.last_checkpoint);
    if (is_other) (void)text_copy(watch->view.last_checkpoint, FILE_PATH_MAX, path);
    ask_again(watch);
    if (is_other) changed(watch);
}

static void on_triggered(void *userdata, const struct error *err) {
    struct cluster_watch *watch = userdata;

    if (err == NULL) {
        ask_after(watch, 0);
        return;
    }
    watched_job_fail_savepoint(&watch->view, err->message);
    changed(watch);
}

static void on_savepoint(void *userdata, json_t *reply, const struct error *reason) {
    struct cluster_watch *watch = userdata;
    struct savepoint_view *savepoint = &watch->view.savepoint;
    struct error err;

    if (is_refused(reason) && flink_trigger_repeat(&watch->trigger)) {
        end_question(watch);
        ask_again(watch);
        return;
    }
    // Only the trace of one that has failed is long.
    if (is_too_long(reason)) watched_job_fail_savepoint(&watch->view, reason->message);
    if (!take_answer(watch, reason)) return;
    if (!flink_reply_savepoint(reply, savepoint, &err)) {
        missed(watch);
        return;
    }
    cluster_silence_answered(&watch->silence, now_ms());
    ask_again(watch);
    if (savepoint->state != SAVEPOINT_IN_PROGRESS) changed(watch);
}

// --- questions ---

static void ask(struct cluster_watch *watch, enum flink_question question, flink_done_fn *done,
                const char *path) {
    watch->question = flink_client_get(&watch->client, question, path, done, watch);
    set_patience(watch, SD_EVENT_ONESHOT);
}

// A question about the watched job: /jobs/<id><rest>.
static void ask_of_job(struct cluster_watch *watch, enum flink_question question,
                       flink_done_fn *done, const char *rest) {
    char path[256];

    (void)text_format(path, sizeof path, "/jobs/%s%s", watch->view.job_id, rest);
    ask(watch, question, done, path);
}

static void ask_of_savepoint(struct cluster_watch *watch) {
    char rest[128];

    (void)text_format(rest, sizeof rest, "/savepoints/%s", watch->view.savepoint.trigger_id);
    ask_of_job(watch, FLINK_SAVEPOINT, on_savepoint, rest);
}

static bool wants_slots(const struct cluster_watch *watch) {
    if (!watch->is_ready || watch->view.job == JOB_SUBMITTING) return true;
    return watched_job_is_alive(&watch->view) &&
           now_ms() - watch->slots_at_ms >= cluster_silence_slots_every_ms(&watch->silence);
}

static int on_time(sd_event_source *source, uint64_t now_us, void *userdata) {
    struct cluster_watch *watch = userdata;
    bool is_taking = watch->view.savepoint.state == SAVEPOINT_IN_PROGRESS;

    (void)source;
    (void)now_us;
    if (watch->question != NULL) return 0;
    if (!watch->is_known) {
        ask(watch, FLINK_CONFIGURATION, on_configuration, "/jobmanager/config");
    } else if (wants_slots(watch)) {
        ask(watch, FLINK_TASKMANAGERS, on_taskmanagers, "/taskmanagers");
    } else if (watch->wants_failure) {
        ask_of_job(watch, FLINK_EXCEPTIONS, on_failure, "/exceptions?maxExceptions=1");
    } else if (is_taking && !flink_trigger_is_open(&watch->trigger)) {
        ask_of_savepoint(watch);
    } else if (watched_job_is_quiet(&watch->view) && watch->checkpoints_next) {
        ask_of_job(watch, FLINK_CHECKPOINTS, on_checkpoints, "/checkpoints");
    } else if (watched_job_is_alive(&watch->view)) {
        // A quiet job is asked for its checkpoints and for its state in turns.
        watch->checkpoints_next = true;
        ask_of_job(watch, FLINK_JOB, on_job, "");
    } else {
        ask_again(watch);
    }
    return 0;
}

// --- requests ---

static void on_submitted(void *userdata, const struct error *err) {
    struct cluster_watch *watch = userdata;
    struct cluster_view *view = &watch->view;
    // If main() took its JobManager along, its owner will say LOST.
    bool is_in_doubt = watch->submission.doubt != SUBMISSION_CERTAIN;

    if (err != NULL) (void)text_copy(view->failure, sizeof view->failure, err->message);
    view->job = err == NULL || is_in_doubt ? JOB_CREATED : JOB_REJECTED;
    ask_after(watch, 0);
    if (!is_in_doubt) changed(watch);
}

void cluster_watch_announce(struct cluster_watch *watch, const char *job_id) {
    watched_job_announce(&watch->view, job_id);
    watch->wants_failure = watch->has_failure = false;
    json_decref(TAKE(watch->plan));
    flink_submission_cancel(&watch->submission);
}

void cluster_watch_reject(struct cluster_watch *watch, const char *failure) {
    (void)text_copy(watch->view.failure, sizeof watch->view.failure, failure);
    watch->view.job = JOB_REJECTED;
    changed(watch);
}

void cluster_watch_submit(struct cluster_watch *watch, const char *jar_id, const char *job_id,
                          const json_t *body) {
    cluster_watch_announce(watch, job_id);
    flink_submission_begin(&watch->submission, &watch->client, jar_id, body, on_submitted, watch);
    cluster_silence_answered(&watch->silence, now_ms()); // nobody asked for a while
    ask_again(watch);
}

void cluster_watch_forget_job(struct cluster_watch *watch) {
    int slots = watch->view.slots;

    end_question(watch);
    flink_submission_cancel(&watch->submission);
    flink_trigger_cancel(&watch->trigger);
    json_decref(TAKE(watch->plan));
    watch->wants_failure = watch->has_failure = false;
    watch->checkpoints_next = false;
    watch->view = (struct cluster_view){.slots = slots};
    ask_again(watch);
}

void cluster_watch_fail_savepoint(struct cluster_watch *watch) {
    watch->fails_savepoint = true;
}

void cluster_watch_savepoint(struct cluster_watch *watch, const char *trigger_id,
                             const char *directory_uri, bool stops_job) {
    struct savepoint_view *savepoint = &watch->view.savepoint;

    *savepoint = (struct savepoint_view){.state = SAVEPOINT_IN_PROGRESS};
    (void)text_copy(savepoint->trigger_id, sizeof savepoint->trigger_id, trigger_id);
    if (watch->fails_savepoint) {
        watch->fails_savepoint = false;
        watched_job_fail_savepoint(&watch->view, "failed on purpose");
        return;
    }
    flink_trigger_cancel(&watch->trigger);
    watch->trigger = (struct flink_trigger){
        .client = &watch->client, .stops_job = stops_job, .done = on_triggered, .userdata = watch};
    (void)text_copy(watch->trigger.job_id, APP_JOB_ID_SIZE, watch->view.job_id);
    (void)text_copy(watch->trigger.trigger_id, APP_JOB_ID_SIZE, trigger_id);
    (void)text_copy(watch->trigger.directory_uri, FLINK_URI_SIZE, directory_uri);
    flink_trigger_send(&watch->trigger);
}

bool cluster_watch_runs_main(const struct cluster_watch *watch) {
    return watch->view.job == JOB_SUBMITTING || watch->submission.doubt != SUBMISSION_CERTAIN;
}

// --- life ---

bool cluster_watch_new(sd_event *loop, const struct cluster_watch_options *options,
                       struct cluster_watch **out_watch, struct error *err) {
    AUTO(cluster_watch_free) struct cluster_watch *watch = memory_alloc(sizeof *watch);

    watch->base_url = memory_copy_text(options->base_url);
    watch->client =
        (struct flink_client){.loop = loop, .http = options->http, .base_url = watch->base_url};
    watch->silence = (struct cluster_silence){.limit_ms = options->silence_limit_ms,
                                              .wanted_slots = options->slots};
    (void)text_copy(watch->instance, sizeof watch->instance, options->instance);
    watch->ports = options->ports;
    watch->on_change = options->on_change;
    watch->on_silent = options->on_silent;
    watch->on_stranger = options->on_stranger;
    watch->userdata = options->userdata;
    int code = sd_event_add_time(loop, &watch->timer, CLOCK_MONOTONIC, 0, 1000, on_time, watch);
    if (code >= 0)
        code = sd_event_add_time(loop, &watch->patience, CLOCK_MONOTONIC, 0, 100000, on_patience,
                                 watch);
    if (code < 0) return error_system(err, -code, "timer of a cluster");
    (void)sd_event_source_set_enabled(watch->patience, SD_EVENT_OFF);
    ask_after(watch, BUSY_MS);
    *out_watch = TAKE(watch);
    return true;
}

void cluster_watch_free(struct cluster_watch *watch) {
    if (watch == NULL) return;
    flink_call_free(watch->question);
    flink_submission_cancel(&watch->submission);
    flink_trigger_cancel(&watch->trigger);
    json_decref(watch->plan);
    memory_free(watch->base_url);
    (void)sd_event_source_disable_unref(watch->timer);
    (void)sd_event_source_disable_unref(watch->patience);
    memory_free(watch);
}
