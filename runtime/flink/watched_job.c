#include "runtime/flink/watched_job.h"

#include "base/text.h"

bool watched_job_is_alive(const struct cluster_view *view) {
    return view->job == JOB_CREATED || view->job == JOB_RUNNING || view->job == JOB_RESTARTING;
}

bool watched_job_is_quiet(const struct cluster_view *view) {
    return cluster_view_runs_fully(view) && view->savepoint.state != SAVEPOINT_IN_PROGRESS;
}

void watched_job_announce(struct cluster_view *view, const char *job_id) {
    (void)text_copy(view->job_id, sizeof view->job_id, job_id);
    view->job = JOB_SUBMITTING;
    view->tasks_running = view->tasks_total = view->restarts = 0;
    view->last_restarting_ms = 0;
    view->is_batch = false;
    view->fails_to_restore = false;
    view->last_checkpoint[0] = '\0';
    view->failure[0] = '\0';
    view->savepoint = (struct savepoint_view){0};
}

// A job that is FAILING becomes RESTARTING later: that is one restart.
static bool is_restarted(const struct cluster_view *view, const struct flink_job *job) {
    return view->job != JOB_RESTARTING &&
           (job->state == JOB_RESTARTING || job->last_restarting_ms > view->last_restarting_ms);
}

struct job_change watched_job_compare(const struct cluster_view *view,
                                      const struct flink_job *job) {
    bool is_fault =
        is_restarted(view, job) || (job->state == JOB_FAILED && view->job != JOB_FAILED);

    return (struct job_change){
        .is_fault = is_fault,
        .is_seen = is_fault || view->job != job->state ||
                   view->tasks_running != job->tasks_running ||
                   view->tasks_total != job->tasks_total,
    };
}

void watched_job_update(struct cluster_view *view, const struct flink_job *job) {
    if (is_restarted(view, job)) view->restarts++;
    view->job = job->state;
    view->tasks_running = job->tasks_running;
    view->tasks_total = job->tasks_total;
    view->last_restarting_ms = job->last_restarting_ms;
    view->is_batch = job->is_batch;
}

void watched_job_fail_savepoint(struct cluster_view *view, const char *reason) {
    view->savepoint.state = SAVEPOINT_FAILED;
    (void)text_copy(view->savepoint.failure, sizeof view->savepoint.failure, reason);
}
