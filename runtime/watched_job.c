#include "runtime/watched_job.h"

#include "base/text.h"

bool watched_job_is_alive(const struct cluster_view *view) {
    return view->job == JOB_CREATED || view->job == JOB_RUNNING || view->job == JOB_RESTARTING;
}

bool watched_job_is_quiet(const struct cluster_view *view) {
    return view->job == JOB_RUNNING && view->tasks_total > 0 &&
           view->tasks_running == view->tasks_total &&
           view->savepoint.state != SAVEPOINT_IN_PROGRESS;
}

void watched_job_announce(struct cluster_view *view, const char *job_id) {
    (void)text_copy(view->job_id, sizeof view->job_id, job_id);
    view->job = JOB_SUBMITTING;
    view->tasks_running = view->tasks_total = view->restarts = 0;
    view->last_checkpoint[0] = '\0';
    view->failure[0] = '\0';
    view->savepoint = (struct savepoint_view){0};
}

void watched_job_fail_savepoint(struct cluster_view *view, const char *reason) {
    view->savepoint.state = SAVEPOINT_FAILED;
    (void)text_copy(view->savepoint.failure, sizeof view->savepoint.failure, reason);
}
