// The start of a rehearsal, and what its job does then.
#include "base/clock.h"
#include "base/memory.h"
#include "base/sigv4.h"
#include "base/text.h"
#include "cli/client/app_calls.h"
#include "cli/client/interrupts.h"
#include "cli/rehearse/rehearsal.h"
#include "cli/rehearse/rehearsal_failure.h"

#include <string.h>

enum { POLL_MS = 200, ASK_TIMEOUT_MS = 10000 };
// For the tasks and a checkpoint, once the job is RUNNING.
static const int64_t LIMIT_MS = 180000;
// A job that fails does so within seconds, and a checkpoint may be complete before.
static const int64_t STEADY_MS = 10000;
// A cluster that was lost so often is lost again.
static const int64_t RECOVERIES_MAX = 3;

static bool tick(void *userdata, const json_t *detail, struct error *err) {
    (void)userdata;
    return interrupts_wait(app_has_lasting_status(detail) ? 0 : POLL_MS) == 0 ||
           error_set(err, ERROR_STALE, "interrupted");
}

static json_t *start_request(const struct rehearsal *self) {
    json_t *request = app_request(self->run.name);
    json_t *run = app_run_configuration("RESTORE_FROM_CUSTOM_SNAPSHOT", "SnapshotArn", self->arn,
                                        self->run.session->options.allows_non_restored);

    json_put(request, "RunConfiguration", run);
    return request;
}

static bool start(struct rehearsal *self, struct error *err) {
    AUTO(json_decref) json_t *detail = NULL;
    char operation_id[APP_CALLS_OPERATION_SIZE];

    return app_begin(self->run.client, "StartApplication", start_request(self), operation_id,
                     err) &&
           app_wait(self->run.client, self->run.name, tick, NULL, &detail, err) &&
           app_operation_check(self->run.client, self->run.name, operation_id, err);
}

// Always false.
static bool shorten_failure(const struct rehearsal *self, struct error *err) {
    char text[REHEARSAL_FAILURE_SIZE];

    rehearsal_failure_text(err->message, self->run.session->options.is_kept, text, sizeof text);
    return error_set(err, err->kind, "%s", text);
}

// --- what the job does ---

// A page of Flink's REST interface, by the dashboard of the application.
static bool ask_flink(const struct rehearsal *self, const char *token, const char *path,
                      json_t **out_reply, struct error *err) {
    AUTO(memory_free) char *name = sigv4_escape(self->run.name, false);
    AUTO(memory_free) char *whole = memory_format("/flink/%s/%s?authToken=%s", name, path, token);

    return client_get(self->run.client, whole, ASK_TIMEOUT_MS, out_reply, err);
}

static bool get_token(const struct rehearsal *self, char **out_token, struct error *err) {
    static const char before[] = "authToken=";
    AUTO(json_decref) json_t *reply = NULL;
    json_t *request = app_request(self->run.name);

    json_put_text(request, "UrlType", "FLINK_DASHBOARD_URL");
    if (!client_call(self->run.client, "CreateApplicationPresignedUrl", request, &reply, err))
        return false;
    const char *at = strstr(json_text_or(reply, "AuthorizedUrl", ""), before);
    *out_token = memory_copy_text(at == NULL ? "" : at + strlen(before));
    return true;
}

static json_t *tasks_of(const json_t *job) {
    json_t *tasks = json_new_array();
    size_t index;
    json_t *vertex;

    json_array_foreach(json_member(job, "vertices"), index, vertex) {
        const json_t *metrics = json_member(vertex, "metrics");
        json_t *task = json_new_object();
        json_put_text(task, "name", json_text_or(vertex, "name", ""));
        json_put_int(task, "recordsIn", json_int_or(metrics, "read-records", 0));
        json_put_int(task, "recordsOut", json_int_or(metrics, "write-records", 0));
        json_add(tasks, task);
    }
    return tasks;
}

// Adds the first checkpoint, once there is one, and the records of the tasks.
static bool read_job(const struct rehearsal *self, const char *job_id, json_t *report,
                     struct error *err) {
    AUTO(json_decref) json_t *checkpoints = NULL;
    AUTO(json_decref) json_t *job = NULL;
    AUTO(memory_free) char *job_path = memory_format("jobs/%s", job_id);
    AUTO(memory_free) char *checkpoint_path = memory_format("jobs/%s/checkpoints", job_id);
    AUTO(memory_free) char *token = NULL;

    if (!get_token(self, &token, err) ||
        !ask_flink(self, token, checkpoint_path, &checkpoints, err) ||
        !ask_flink(self, token, job_path, &job, err))
        return false;
    const json_t *completed = json_path(checkpoints, "latest", "completed", NULL);
    if (json_is_object(completed)) {
        json_put_int(report, "checkpointMs", json_int_or(completed, "end_to_end_duration", 0));
        json_put_int(report, "stateBytes", json_int_or(completed, "state_size", 0));
    }
    json_put(report, "tasks", tasks_of(job));
    return true;
}

// Does it fail again and again? Then waiting for it is in vain.
static bool is_failing(const json_t *shown) {
    return json_bool_or(shown, "isRestartLoop", false) ||
           json_int_or(shown, "recoveries", 0) >= RECOVERIES_MAX;
}

struct steadiness {
    int64_t failures; // so far
    int64_t since_us; // all tasks run without another
};

static bool is_steady(struct steadiness *self, const json_t *shown) {
    const json_t *current = json_member(shown, "current");
    int64_t failures = json_int_or(shown, "restarts", 0) + json_int_or(shown, "recoveries", 0);
    int64_t total = json_int_or(current, "tasksTotal", 0);
    bool is_up = total > 0 && json_int_or(current, "tasksRunning", 0) == total;

    if (failures != self->failures || !is_up) self->since_us = clock_monotonic_us();
    self->failures = failures;
    return run_since_ms(self->since_us) >= STEADY_MS;
}

// *out_works: all tasks run, and there is a checkpoint.
static bool observe(const struct rehearsal *self, json_t **out_shown, bool *out_works,
                    struct error *err) {
    json_t *shown = NULL;

    if (!app_get(self->run.client, self->run.name, "", ASK_TIMEOUT_MS, &shown, err)) return false;
    const json_t *current = json_member(shown, "current");
    int64_t total = json_int_or(current, "tasksTotal", 0);
    *out_works = total > 0 && json_int_or(current, "tasksRunning", 0) == total &&
                 json_text_or(current, "lastCheckpoint", "")[0] != '\0';
    json_decref(*out_shown);
    *out_shown = shown;
    return true;
}

// A cluster that should hold them always does. What is printed is not taken from the option.
static bool check_held(const struct rehearsal *self, const json_t *shown, json_t *report,
                       struct error *err) {
    bool are_held = json_bool_or(json_member(shown, "current"), "sourcesHeld", false);

    json_put_bool(report, "sourcesHeld", are_held);
    // Without a cluster, there is nothing that reads.
    return are_held || !self->run.session->options.holds_sources ||
           !text_equal(json_text(json_member(shown, "current"), "health"), "READY") ||
           error_set(err, ERROR_UNAVAILABLE, "the sources of the program are not held");
}

// Why it does not work so far.
static void put_trouble(const json_t *shown, json_t *report) {
    const json_t *current = json_member(shown, "current");
    AUTO(memory_free)
    char *tasks =
        memory_format("%lld of %lld tasks run, and no checkpoint is complete after %lld s",
                      (long long)json_int_or(current, "tasksRunning", 0),
                      (long long)json_int_or(current, "tasksTotal", 0), (long long)LIMIT_MS / 1000);
    const char *failure = json_text_or(shown, "trouble", json_text_or(current, "failure", tasks));

    json_put_text(report, "trouble",
                  text_equal(json_text(shown, "status"), "RUNNING") ? failure
                                                                    : "the job has ended");
}

static void choose_words(const struct rehearsal *self, json_t *report) {
    const char *trouble = json_text(report, "trouble");
    char text[REHEARSAL_FAILURE_SIZE];

    if (trouble == NULL) return;
    rehearsal_failure_text(trouble, self->run.session->options.is_kept, text, sizeof text);
    json_put_text(report, "trouble", text);
}

bool rehearsal_try(struct rehearsal *self, json_t **out_report, struct error *err) {
    AUTO(json_decref) json_t *report = json_new_object();
    AUTO(json_decref) json_t *shown = NULL;
    int64_t since_us = clock_monotonic_us();
    bool works = false;

    self->is_tried = true;
    if (!start(self, err)) return shorten_failure(self, err);
    json_put_int(report, "restoredMs", run_since_ms(since_us));
    run_print(&self->run, COLOUR_GREEN, run_since_ms(since_us), "RUNNING from the snapshot");
    run_print(&self->run, COLOUR_PLAIN, -1,
              "waiting for a checkpoint, and until all tasks have run for %d s without a restart",
              (int)(STEADY_MS / 1000));
    int64_t running_us = clock_monotonic_us();
    struct steadiness steadiness = {.since_us = running_us};
    do {
        if (!observe(self, &shown, &works, err)) return false;
        works = is_steady(&steadiness, shown) && works;
        if (!works && interrupts_wait(POLL_MS) > 0)
            return error_set(err, ERROR_STALE, "interrupted");
    } while (!works && !is_failing(shown) && text_equal(json_text(shown, "status"), "RUNNING") &&
             run_since_ms(running_us) < LIMIT_MS);
    if (!check_held(self, shown, report, err)) return false;
    if (!works) put_trouble(shown, report);
    const char *job_id = json_text_or(json_member(shown, "current"), "jobId", "");
    if (works && !read_job(self, job_id, report, err)) return false;
    choose_words(self, report);
    *out_report = TAKE(report);
    return true;
}
