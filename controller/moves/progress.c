#include "controller/moves/progress.h"

#include "base/memory.h"
#include "base/text.h"
#include "controller/history/event_log.h"
#include "controller/history/trouble.h"
#include "storage/app_store.h"

#include <string.h>

// An observed_time counts longer steps in part only.
static const int64_t LOOK_EVERY_MS = 1500;
// A job that has been RUNNING for so long has started, also where tasks of it do not run yet. By
// then most jobs that Flink fails for good, or that cannot read their state, have failed.
static const int64_t STARTED_MS = 5000;
// Tasks that did not run for so long are reported when they do.
static const int64_t MISSING_REPORTED_MS = 5000;
static const int64_t RETRY_FIRST_MS = 200;
static const int64_t RETRY_MAX_MS = 10000;
static const int64_t FILES_LOGGED_EVERY_MS = 3600000;

// Longer than the limits below, which give a better reason: that of a boot without progress, and
// Flink's own limit of an hour for a savepoint (facts/service.md 5).
static const int64_t PREPARE_LIMIT_MS = 1800000;
static const int64_t HALT_LIMIT_MS = 3900000;

struct progress {
    struct progress *next;
    char app_id[APP_ID_SIZE];
    // The phase, and what distinguishes it from another one of the same kind.
    enum move_phase phase;
    char cluster_id[APP_CLUSTER_ID_SIZE];
    char operation_id[APP_OPERATION_ID_SIZE];
    int tasks_running; // at most, so far
    struct observed_time lasted;
    struct observed_time running; // how long the job of the phase has been RUNNING
    bool is_reported;             // that it is slow
    // The tasks of the job that runs.
    char whole_job[APP_JOB_ID_SIZE];   // all of its tasks have run
    char missing_job[APP_JOB_ID_SIZE]; // not all of them run; "" = they do
    struct observed_time missing;      // for so long
    // The step that fails.
    enum step_kind failing;
    int failures;        // in a row
    int64_t retry_at_ms; // of the clock of real time
    char reason[APP_FAILURE_SIZE];
    bool has_left_files;
    int64_t files_logged_ms; // of the clock of real time; 0: never
};

static struct progress *find(const struct app_service *service, const char *app_id) {
    struct progress *progress = service->progress;

    while (progress != NULL && !text_equal(progress->app_id, app_id))
        progress = progress->next;
    return progress;
}

static struct progress *find_or_add(struct app_service *service, const char *app_id) {
    struct progress *progress = find(service, app_id);

    if (progress != NULL) return progress;
    progress = memory_alloc(sizeof *progress);
    (void)text_copy(progress->app_id, sizeof progress->app_id, app_id);
    progress->next = service->progress;
    service->progress = progress;
    return progress;
}

void progress_forget(struct app_service *service, const char *app_id) {
    struct progress **place = &service->progress;

    while (*place != NULL && !text_equal((*place)->app_id, app_id))
        place = &(*place)->next;
    if (*place == NULL) return;
    struct progress *gone = *place;
    *place = gone->next;
    memory_free(gone);
}

void progress_free(struct app_service *service) {
    while (service->progress != NULL)
        progress_forget(service, service->progress->app_id);
}

// --- phases ---

static int64_t limit_of(const struct app_service *service, enum move_phase phase) {
    switch (phase) {
    case PHASE_PREPARE:
        return PREPARE_LIMIT_MS;
    case PHASE_HALT:
        return HALT_LIMIT_MS;
    case PHASE_START:
        return service->start_limit_ms;
    case PHASE_NONE:
    case PHASE_WAITS:
        break;
    }
    return INT64_MAX;
}

static bool is_of(const struct progress *progress, enum move_phase phase, const struct app *app,
                  const struct placement *placement) {
    return progress->phase == phase && text_equal(progress->cluster_id, placement->cluster_id) &&
           text_equal(progress->operation_id, app->move.operation_id);
}

static void describe_limit(const struct progress *progress, const struct cluster_view *cluster,
                           char *out, size_t size_bytes) {
    long long seconds = progress->lasted.total_ms / 1000;

    switch (progress->phase) {
    case PHASE_PREPARE:
        (void)text_format(out, size_bytes, "the cluster was not ready after %lld s", seconds);
        return;
    case PHASE_HALT:
        (void)text_format(out, size_bytes,
                          "the old job had not stopped with its savepoint after %lld s", seconds);
        return;
    case PHASE_START:
        (void)text_format(out, size_bytes,
                          "only %d of %d tasks of the job were running after %lld s "
                          "(--start-limit)%s%s",
                          cluster->tasks_running, cluster->tasks_total, seconds,
                          cluster->failure[0] == '\0' ? "" : ": ", cluster->failure);
        return;
    case PHASE_NONE:
    case PHASE_WAITS:
        break;
    }
    out[0] = '\0';
}

// Updates the phase and its time; false: no phase is in progress.
static bool update_phase(struct app_service *service, const struct app *app,
                         const struct plan_view *view, struct progress **out_progress,
                         const struct cluster_view **out_cluster) {
    enum app_slot slot;
    enum move_phase phase = plan_phase(app, view, &slot);
    const struct placement *placement = &app->slots[slot];
    const struct cluster_view *cluster = &view->slots[slot];
    int64_t now_ms = clock_now_ms(&service->elapsed);
    struct progress *progress = find(service, app->id);

    if (phase == PHASE_NONE) {
        if (progress != NULL) progress->phase = PHASE_NONE;
        return false;
    }
    progress = find_or_add(service, app->id);
    bool is_same = is_of(progress, phase, app, placement);
    if (!is_same) progress->running = (struct observed_time){0};
    if (cluster->job == JOB_RUNNING || cluster->job == JOB_RESTARTING)
        (void)observed_time_update(&progress->running, now_ms);
    if (is_same && cluster->tasks_running <= progress->tasks_running) {
        (void)observed_time_update(&progress->lasted, now_ms);
    } else {
        observed_time_begin(&progress->lasted, now_ms);
        progress->is_reported = false;
        progress->phase = phase;
        progress->tasks_running = cluster->tasks_running;
        (void)text_copy(progress->cluster_id, APP_CLUSTER_ID_SIZE, placement->cluster_id);
        (void)text_copy(progress->operation_id, APP_OPERATION_ID_SIZE, app->move.operation_id);
    }
    *out_progress = progress;
    *out_cluster = cluster;
    return true;
}

// How long tasks of the job that runs have been missing, and whether that is worth a report.
static void observe_tasks(struct app_service *service, const struct app *app,
                          struct plan_view *view) {
    const struct placement *current = &app->slots[SLOT_CURRENT];
    const struct cluster_view *cluster = &view->slots[SLOT_CURRENT];
    bool runs = current->phase == PLACEMENT_UP && text_equal(cluster->job_id, current->job_id) &&
                (cluster->job == JOB_RUNNING || cluster->job == JOB_RESTARTING);
    int64_t now_ms = clock_now_ms(&service->elapsed);
    struct progress *progress = runs ? find_or_add(service, app->id) : find(service, app->id);

    if (progress == NULL) return;
    if (!runs) {
        progress->missing_job[0] = '\0';
        return;
    }
    bool is_missing = text_equal(progress->missing_job, current->job_id);
    if (!cluster_view_runs_fully(cluster)) {
        if (!is_missing) {
            (void)text_copy(progress->missing_job, APP_JOB_ID_SIZE, current->job_id);
            observed_time_begin(&progress->missing, now_ms);
            progress->is_reported = false;
        }
        view->tasks_missing_ms = observed_time_update(&progress->missing, now_ms) + 1;
        return;
    }
    bool was_whole = text_equal(progress->whole_job, current->job_id);
    view->awaits_tasks =
        is_missing && (!was_whole || progress->missing.total_ms >= MISSING_REPORTED_MS);
    if (!view->awaits_tasks) progress_tasks_reported(service, app);
}

void progress_tasks_reported(struct app_service *service, const struct app *app) {
    struct progress *progress = find_or_add(service, app->id);

    (void)text_copy(progress->whole_job, APP_JOB_ID_SIZE, app->slots[SLOT_CURRENT].job_id);
    progress->missing_job[0] = '\0';
}

// The plan has another step instead of these. The end of a move is not one: it is always tried
// again.
static bool can_be_given_up(enum step_kind kind) {
    return kind == STEP_LAUNCH || kind == STEP_SUBMIT || kind == STEP_HALT ||
           kind == STEP_SALVAGE || kind == STEP_SNAPSHOT || kind == STEP_SNAPSHOT_SALVAGE;
}

void progress_observe(struct app_service *service, const struct app *app, struct plan_view *view) {
    const struct cluster_view *cluster;
    struct progress *progress = find(service, app->id);

    if (progress != NULL && progress->failures >= PROGRESS_FAILURES_MAX &&
        can_be_given_up(progress->failing)) {
        view->failing = progress->failing;
        (void)text_copy(view->hopeless, sizeof view->hopeless, progress->reason);
    }
    observe_tasks(service, app, view);
    if (!update_phase(service, app, view, &progress, &cluster)) return;
    view->is_started = progress->running.total_ms >= STARTED_MS;
    // A recovery is never given up: nothing else could be done.
    if (app->move.kind == MOVE_NONE || view->hopeless[0] != '\0') return;
    if (progress->lasted.total_ms >= limit_of(service, progress->phase))
        describe_limit(progress, cluster, view->hopeless, sizeof view->hopeless);
}

int64_t progress_observe_again_ms(const struct app_service *service, const char *app_id) {
    const struct progress *progress = find(service, app_id);

    if (progress == NULL) return 0;
    if (progress->phase == PHASE_NONE && progress->missing_job[0] == '\0') return 0;
    return service_after_ms(service, LOOK_EVERY_MS);
}

bool progress_report_slow(struct app_service *service, const struct app *app, struct error *err) {
    struct progress *progress = find(service, app->id);
    char message[200];

    if (progress == NULL || progress->is_reported || app->move.kind != MOVE_NONE) return true;
    bool is_missing = progress->missing_job[0] != '\0';
    if (!is_missing && progress->phase != PHASE_START) return true;
    int64_t lasted_ms = is_missing ? progress->missing.total_ms : progress->lasted.total_ms;
    if (lasted_ms < service->start_limit_ms) return true;
    (void)text_format(message, sizeof message,
                      "for %lld s the job does not have all its tasks running",
                      (long long)lasted_ms / 1000);
    progress->is_reported = true;
    return trouble_add_recovery(service, app, "SLOW", message, json_new_object(), err);
}

// --- steps that fail ---

bool progress_holds_back(const struct app_service *service, const char *app_id, enum step_kind kind,
                         int64_t *out_until_ms) {
    const struct progress *progress = find(service, app_id);
    int64_t now_ms = clock_now_ms(&service->elapsed);

    if (progress == NULL || progress->failures == 0 || progress->failing != kind ||
        now_ms >= progress->retry_at_ms)
        return false;
    *out_until_ms = service_after_ms(service, progress->retry_at_ms - now_ms);
    return true;
}

// One event. Where the database is what fails, the log has the reason.
static void report_failures(struct app_service *service, const struct progress *progress) {
    struct app app;
    json_t *detail;
    bool found;

    if (!app_store_load(service->db, progress->app_id, &app, &found, NULL) || !found) return;
    detail = json_new_object();
    json_put_text(detail, "step", step_kind_name(progress->failing));
    json_put_int(detail, "failures", progress->failures);
    error_ignore(event_log_add(service, &app, "error", progress->reason, detail, NULL));
}

int64_t progress_step_failed(struct app_service *service, const char *app_id, enum step_kind kind,
                             const char *reason) {
    struct progress *progress = find_or_add(service, app_id);
    int64_t delay_ms;

    if (progress->failing != kind) progress->failures = 0;
    progress->failing = kind;
    progress->failures++;
    delay_ms = plan_backoff_of(RETRY_FIRST_MS, RETRY_MAX_MS, progress->failures, app_id);
    progress->retry_at_ms = clock_now_ms(&service->elapsed) + delay_ms;
    (void)text_format(progress->reason, sizeof progress->reason,
                      "a step failed %d times in a row: %s", progress->failures, reason);
    if (progress->failures == PROGRESS_FAILURES_REPORTED) report_failures(service, progress);
    return service_after_ms(service, delay_ms);
}

void progress_step_done(struct app_service *service, const char *app_id, enum step_kind kind) {
    struct progress *progress = find(service, app_id);

    if (progress == NULL) return;
    // What is done while waiting keeps its count of failures over other steps.
    if (kind == STEP_WAIT || progress->failing != STEP_WAIT) progress->failures = 0;
}

void progress_leave_files(struct app_service *service, const char *app_id) {
    find_or_add(service, app_id)->has_left_files = true;
}

bool progress_consume_left_files(struct app_service *service, const char *app_id) {
    struct progress *progress = find(service, app_id);
    bool has_left_files = progress != NULL && progress->has_left_files;

    if (has_left_files) progress->has_left_files = false;
    return has_left_files;
}

bool progress_logs_files(struct app_service *service, const char *app_id) {
    struct progress *progress = find_or_add(service, app_id);
    int64_t now_ms = clock_now_ms(&service->elapsed);

    if (progress->files_logged_ms != 0 &&
        now_ms - progress->files_logged_ms < FILES_LOGGED_EVERY_MS)
        return false;
    progress->files_logged_ms = now_ms;
    return true;
}

const char *progress_trouble(const struct app_service *service, const char *app_id) {
    const struct progress *progress = find(service, app_id);

    return progress == NULL || progress->failures < PROGRESS_FAILURES_REPORTED ? NULL
                                                                               : progress->reason;
}
