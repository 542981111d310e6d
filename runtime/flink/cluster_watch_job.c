// The job of a cluster: its submission, its state, its checkpoints and its savepoints.
#include "base/text.h"
#include "runtime/flink/cluster_watch_parts.h"
#include "runtime/flink/watched_job.h"

// So many answers in a row say that Flink does not know a savepoint.
enum { SAVEPOINT_REFUSALS_MAX = 5 };

char *cluster_watch_plan(const struct cluster_watch *watch) {
    return watch->plan == NULL ? NULL : json_print(watch->plan);
}

bool cluster_watch_runs_main(const struct cluster_watch *watch) {
    return watch->view.job == JOB_SUBMITTING || watch->submission.doubt != SUBMISSION_CERTAIN;
}

bool cluster_watch_has_question_of_job(const struct cluster_watch *watch) {
    return watched_job_is_alive(&watch->view) || watch->wants_failure ||
           watch->view.job == JOB_SUBMITTING ||
           watch->view.savepoint.state == SAVEPOINT_IN_PROGRESS;
}

// --- answers about the job ---

// A savepoint that failed because the job has ended is shown together with that end.
static void fail_savepoint(struct cluster_watch *watch) {
    watch->savepoint_fails = watched_job_is_alive(&watch->view);
    watch->view.savepoint.state = watch->savepoint_fails ? SAVEPOINT_IN_PROGRESS : SAVEPOINT_FAILED;
    cluster_watch_ask_after(watch, 0);
    if (!watch->savepoint_fails) cluster_watch_report_change(watch);
}

// True: the view has changed.
static bool show_failed_savepoint(struct cluster_watch *watch) {
    if (!watch->savepoint_fails) return false;
    watch->savepoint_fails = false;
    watch->savepoint_refusals = 0;
    watch->view.savepoint.state = SAVEPOINT_FAILED;
    return true;
}

// Flink does not know the job, and it is not certain that the submission has arrived.
static void on_job_missing(struct cluster_watch *watch) {
    static const enum job_state jobs[] = {[SUBMISSION_ASK_AGAIN] = JOB_CREATED,
                                          [SUBMISSION_REPEATED] = JOB_SUBMITTING,
                                          [SUBMISSION_FAILED] = JOB_REJECTED,
                                          [SUBMISSION_LOST] = JOB_CREATED};
    enum flink_submission_next next = flink_submission_missed(&watch->submission);

    cluster_poll_end(&watch->poll);
    cluster_poll_answered(&watch->poll);
    watch->view.job = jobs[next];
    cluster_watch_ask_after(watch, CLUSTER_WATCH_RETRY_MS);
    if (next == SUBMISSION_FAILED) cluster_watch_report_change(watch);
    if (next == SUBMISSION_LOST)
        watch->on_silent(watch->userdata, "jobmanager never answered the submission of the job");
}

static void on_job(void *userdata, json_t *reply, const struct error *reason) {
    struct cluster_watch *watch = userdata;
    struct cluster_view *view = &watch->view;
    struct flink_job job;

    if (cluster_watch_is_refused(reason) && watch->submission.doubt != SUBMISSION_CERTAIN) {
        on_job_missing(watch);
        return;
    }
    if (!cluster_watch_accept(watch, reason)) return;
    watch->submission.doubt = SUBMISSION_CERTAIN;
    if (!flink_reply_job(reply, &job, NULL)) {
        cluster_watch_retry(watch);
        return;
    }
    cluster_poll_answered(&watch->poll);
    if (watch->plan == NULL) watch->plan = json_copy_of(json_member(reply, "plan"));
    struct job_change change = watched_job_compare(view, &job);
    // A fault is reported with its reason, so the exception is fetched first.
    if (change.is_fault && !watch->has_failure) {
        watch->wants_failure = true;
        cluster_watch_ask_after(watch, 0);
        return;
    }
    watched_job_update(view, &job);
    watch->has_failure = false;
    change.is_seen |= show_failed_savepoint(watch);
    cluster_watch_ask_again(watch);
    if (change.is_seen) cluster_watch_report_change(watch);
}

static void on_failure(void *userdata, json_t *reply, const struct error *reason) {
    struct cluster_watch *watch = userdata;

    watch->has_failure =
        reason == NULL || cluster_watch_is_refused(reason) || cluster_watch_is_too_long(reason);
    watch->wants_failure = !watch->has_failure;
    if (!cluster_watch_accept(watch, reason)) return;
    flink_reply_exception(reply, watch->view.failure, sizeof watch->view.failure);
    watch->view.fails_to_restore = flink_reply_is_of_restore(reply);
    cluster_watch_ask_after(watch, 0);
}

static void on_checkpoints(void *userdata, json_t *reply, const struct error *reason) {
    struct cluster_watch *watch = userdata;
    char path[FILE_PATH_MAX];

    if (reason == NULL || cluster_watch_is_refused(reason) || cluster_watch_is_too_long(reason))
        watch->checkpoints_next = false;
    // A job without checkpoints is answered so: the JobManager is well.
    if (cluster_watch_is_refused(reason)) reason = NULL;
    if (!cluster_watch_accept(watch, reason)) return;
    bool is_other =
        flink_reply_checkpoint(reply, path, NULL) && !text_equal(path, watch->view.last_checkpoint);
    if (is_other) (void)text_copy(watch->view.last_checkpoint, FILE_PATH_MAX, path);
    cluster_watch_ask_again(watch);
    if (is_other) cluster_watch_report_change(watch);
}

static void on_savepoint(void *userdata, json_t *reply, const struct error *reason) {
    struct cluster_watch *watch = userdata;
    struct savepoint_view *savepoint = &watch->view.savepoint;

    if (cluster_watch_is_refused(reason) && flink_trigger_repeat(&watch->trigger)) {
        cluster_poll_end(&watch->poll);
        cluster_watch_ask_again(watch);
        return;
    }
    // Only the stack trace of a failed savepoint is so long. A request that Flink had accepted and
    // does not know any more is lost; a JobManager that is busy may refuse as well, for a while.
    bool is_lost =
        cluster_watch_is_refused(reason) && ++watch->savepoint_refusals >= SAVEPOINT_REFUSALS_MAX;
    if (cluster_watch_is_too_long(reason) || is_lost) {
        watched_job_fail_savepoint(&watch->view, reason->message);
        cluster_poll_end(&watch->poll);
        cluster_poll_answered(&watch->poll);
        fail_savepoint(watch);
        return;
    }
    if (!cluster_watch_accept(watch, reason)) return;
    watch->savepoint_refusals = 0;
    if (!flink_reply_savepoint(reply, savepoint, NULL)) {
        cluster_watch_retry(watch);
        return;
    }
    cluster_poll_answered(&watch->poll);
    if (savepoint->state == SAVEPOINT_FAILED) {
        fail_savepoint(watch);
        return;
    }
    cluster_watch_ask_again(watch);
    if (savepoint->state != SAVEPOINT_IN_PROGRESS) cluster_watch_report_change(watch);
}

// --- questions about the job ---

// GET /jobs/<id><rest>
static void ask(struct cluster_watch *watch, enum flink_question question, flink_done_fn *done,
                const char *rest) {
    char path[256];

    (void)text_format(path, sizeof path, "/jobs/%s%s", watch->view.job_id, rest);
    cluster_poll_ask(&watch->poll, question, path, done);
}

static void ask_of_savepoint(struct cluster_watch *watch) {
    char rest[128];

    (void)text_format(rest, sizeof rest, "/savepoints/%s", watch->view.savepoint.trigger_id);
    ask(watch, FLINK_SAVEPOINT, on_savepoint, rest);
}

void cluster_watch_ask_of_job(struct cluster_watch *watch) {
    bool has_savepoint =
        watch->view.savepoint.state == SAVEPOINT_IN_PROGRESS && !watch->savepoint_fails;
    bool has_checkpoints = watched_job_is_quiet(&watch->view) && !watch->view.is_batch;

    if (watch->wants_failure) {
        ask(watch, FLINK_EXCEPTIONS, on_failure, "/exceptions?maxExceptions=1");
    } else if (has_savepoint && !flink_trigger_is_open(&watch->trigger)) {
        ask_of_savepoint(watch);
    } else if (has_checkpoints && watch->checkpoints_next) {
        ask(watch, FLINK_CHECKPOINTS, on_checkpoints, "/checkpoints");
    } else if (watched_job_is_alive(&watch->view)) {
        // Questions about the state and the checkpoints of a quiet job alternate.
        watch->checkpoints_next = true;
        ask(watch, FLINK_JOB, on_job, "");
    } else {
        cluster_watch_ask_again(watch);
    }
}

// --- submission ---

static void on_submitted(void *userdata, const struct error *err) {
    struct cluster_watch *watch = userdata;
    struct cluster_view *view = &watch->view;
    // If main() ended its JobManager, the owner of the process reports LOST.
    bool is_in_doubt = watch->submission.doubt != SUBMISSION_CERTAIN;

    if (err != NULL) (void)text_copy(view->failure, sizeof view->failure, err->message);
    view->job = err == NULL || is_in_doubt ? JOB_CREATED : JOB_REJECTED;
    cluster_watch_ask_after(watch, 0);
    if (!is_in_doubt) cluster_watch_report_change(watch);
}

void cluster_watch_announce(struct cluster_watch *watch, const char *job_id) {
    watched_job_announce(&watch->view, job_id);
    watch->wants_failure = watch->has_failure = watch->savepoint_fails = false;
    watch->savepoint_refusals = 0;
    json_decref(TAKE(watch->plan));
    flink_submission_cancel(&watch->submission);
}

void cluster_watch_reject(struct cluster_watch *watch, const char *failure) {
    (void)text_copy(watch->view.failure, sizeof watch->view.failure, failure);
    watch->view.job = JOB_REJECTED;
    cluster_watch_report_change(watch);
}

void cluster_watch_explain(struct cluster_watch *watch, const char *failure) {
    (void)text_copy(watch->view.failure, sizeof watch->view.failure, failure);
}

void cluster_watch_submit(struct cluster_watch *watch, const char *jar_id, const char *job_id,
                          const json_t *body) {
    cluster_watch_announce(watch, job_id);
    flink_submission_begin(&watch->submission, &watch->poll.client, jar_id, body, on_submitted,
                           watch);
    cluster_poll_answered(&watch->poll); // the time without questions is not silence
    cluster_watch_ask_again(watch);
}

// --- savepoints ---

static void on_triggered(void *userdata, const struct error *err) {
    struct cluster_watch *watch = userdata;

    if (err == NULL) {
        cluster_watch_ask_after(watch, 0);
        return;
    }
    watched_job_fail_savepoint(&watch->view, err->message);
    fail_savepoint(watch);
}

void cluster_watch_fail_savepoint(struct cluster_watch *watch) {
    watch->fails_savepoint = true;
}

void cluster_watch_savepoint(struct cluster_watch *watch, const char *trigger_id,
                             const char *directory_uri, bool stops_job) {
    struct savepoint_view *savepoint = &watch->view.savepoint;

    watch->savepoint_fails = false;
    watch->savepoint_refusals = 0;
    *savepoint = (struct savepoint_view){.state = SAVEPOINT_IN_PROGRESS};
    (void)text_copy(savepoint->trigger_id, sizeof savepoint->trigger_id, trigger_id);
    if (watch->fails_savepoint) {
        watch->fails_savepoint = false;
        watched_job_fail_savepoint(&watch->view, "failed on purpose");
        return;
    }
    flink_trigger_cancel(&watch->trigger);
    watch->trigger = (struct flink_trigger){.client = &watch->poll.client,
                                            .stops_job = stops_job,
                                            .done = on_triggered,
                                            .userdata = watch};
    (void)text_copy(watch->trigger.job_id, APP_JOB_ID_SIZE, watch->view.job_id);
    (void)text_copy(watch->trigger.trigger_id, APP_JOB_ID_SIZE, trigger_id);
    (void)text_copy(watch->trigger.directory_uri, FLINK_URI_SIZE, directory_uri);
    flink_trigger_send(&watch->trigger);
}

// --- the end of a job ---

void cluster_watch_release_job(struct cluster_watch *watch) {
    flink_submission_cancel(&watch->submission);
    flink_trigger_cancel(&watch->trigger);
    json_decref(TAKE(watch->plan));
}

void cluster_watch_forget_job(struct cluster_watch *watch) {
    int slots = watch->view.slots;

    cluster_poll_end(&watch->poll);
    cluster_watch_release_job(watch);
    watch->wants_failure = watch->has_failure = false;
    watch->checkpoints_next = watch->savepoint_fails = false;
    watch->view = (struct cluster_view){.slots = slots};
    cluster_watch_ask_again(watch);
}
