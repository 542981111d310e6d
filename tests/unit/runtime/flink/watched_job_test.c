// What an answer about a job changes, and which of its restarts are counted.
#include "runtime/flink/watched_job.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static struct cluster_view view;

static void set_up(void) {
    view = (struct cluster_view){0};
    watched_job_announce(&view, "0123456789abcdef0123456789abcdef");
}

TestSuite(watched_job, .init = set_up);

static struct job_change look(enum job_state state, int64_t last_restarting_ms) {
    struct flink_job job = {
        .state = state, .last_restarting_ms = last_restarting_ms, .tasks_total = 2};
    job.tasks_running = state == JOB_RUNNING ? 2 : 0;
    struct job_change change = watched_job_compare(&view, &job);
    watched_job_update(&view, &job);
    return change;
}

Test(watched_job, that_continues_has_not_changed) {
    cr_assert(look(JOB_RUNNING, 0).is_seen);
    struct job_change change = look(JOB_RUNNING, 0);
    cr_assert(not(change.is_seen));
    cr_assert(not(change.is_fault));
    cr_assert(eq(int, view.restarts, 0));
}

Test(watched_job, that_is_restarting_has_one_restart_however_many_answers_there_are) {
    look(JOB_RUNNING, 0);
    cr_assert(look(JOB_RESTARTING, 1000).is_fault);
    cr_assert(not(look(JOB_RESTARTING, 1000).is_fault));
    cr_assert(not(look(JOB_RUNNING, 1000).is_fault));
    cr_assert(eq(int, view.restarts, 1));
}

Test(watched_job, that_runs_again_before_the_next_answer_has_restarted) {
    look(JOB_RUNNING, 0);
    struct job_change change = look(JOB_RUNNING, 1000);
    cr_assert(change.is_seen);
    cr_assert(change.is_fault);
    cr_assert(look(JOB_RUNNING, 2000).is_fault);
    cr_assert(eq(int, view.restarts, 2));
}

Test(watched_job, that_is_failing_and_then_restarting_has_restarted_once) {
    look(JOB_RUNNING, 0);
    cr_assert(look(JOB_RESTARTING, 0).is_fault);
    cr_assert(not(look(JOB_RESTARTING, 1000).is_fault));
    cr_assert(not(look(JOB_RUNNING, 1000).is_fault));
    cr_assert(eq(int, view.restarts, 1));
}

Test(watched_job, that_has_failed_has_a_fault_and_no_restart) {
    look(JOB_RUNNING, 0);
    cr_assert(look(JOB_FAILED, 0).is_fault);
    cr_assert(not(look(JOB_FAILED, 0).is_fault));
    cr_assert(eq(int, view.restarts, 0));
}

Test(watched_job, that_is_announced_keeps_nothing_of_the_one_before) {
    look(JOB_RUNNING, 5000);
    watched_job_announce(&view, "fedcba9876543210fedcba9876543210");
    cr_assert(eq(int, view.restarts, 0));
    cr_assert(look(JOB_RUNNING, 1000).is_fault);
}
