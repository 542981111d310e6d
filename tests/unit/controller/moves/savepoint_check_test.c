// When a savepoint is not worth asking for.
#include "controller/moves/savepoint_check.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>

struct row {
    char name[80];
    enum job_state job;
    int running; // of four tasks
    int job_restarts;
    int in_a_row;
    int64_t between_ms;
    int64_t since_ms;
    bool is_hopeless;
    bool is_refused;
};

// clang-format off
static struct row rows[] = {
    {"a job that runs",                        JOB_RUNNING,    4, 0, 0, 0,      INT64_MAX, false, false},
    {"one whose tasks are starting",           JOB_RUNNING,    1, 0, 0, 0,      INT64_MAX, false, false},
    {"one that failed once, a moment ago",     JOB_RUNNING,    4, 1, 1, 0,      100,       false, false},
    {"one that is being restarted",            JOB_RESTARTING, 0, 1, 1, 0,      0,         false, true},
    {"one whose tasks are not back yet",       JOB_RUNNING,    3, 1, 1, 0,      500,       false, true},
    {"a loop, between two restarts",           JOB_RUNNING,    4, 9, 9, 1000,   900,       true,  true},
    {"a loop while it restarts",               JOB_RESTARTING, 0, 9, 9, 1000,   9000,      true,  true},
    {"a loop that waits for its tasks",        JOB_RUNNING,    2, 3, 3, 100,    90000,     true,  true},
    {"a loop that has ended",                  JOB_RUNNING,    4, 9, 9, 1000,   5000,      false, false},
    {"a slow loop",                            JOB_RUNNING,    4, 9, 9, 10000,  19000,     true,  true},
    {"a slow loop that has ended",             JOB_RUNNING,    4, 9, 9, 10000,  20000,     false, false},
    {"rare failures",                          JOB_RUNNING,    4, 9, 9, 120000, 30000,     false, false},
    {"old failures",                           JOB_RUNNING,    4, 9, 0, 0,      INT64_MAX, false, false},
    {"a job that has finished",                JOB_FINISHED,   4, 9, 9, 1000,   100,       false, false},
};
// clang-format on

ParameterizedTestParameters(savepoint_check, knows_jobs_that_cannot_take_one) {
    return cr_make_param_array(struct row, rows, sizeof rows / sizeof rows[0]);
}

ParameterizedTest(struct row *row, savepoint_check, knows_jobs_that_cannot_take_one) {
    const struct cluster_view cluster = {.health = CLUSTER_READY,
                                         .job = row->job,
                                         .tasks_running = row->running,
                                         .tasks_total = 4,
                                         .restarts = row->job_restarts};
    const struct savepoint_facts facts = {.cluster = &cluster,
                                          .restarts = row->in_a_row,
                                          .between_ms = row->between_ms,
                                          .since_latest_ms = row->since_ms};

    cr_assert(savepoint_is_hopeless(&facts) == row->is_hopeless, "%s", row->name);
    cr_assert(savepoint_is_refused(&facts) == row->is_refused, "%s", row->name);
}

Test(savepoint_check, knows_that_a_batch_job_has_none) {
    const struct cluster_view cluster = {
        .health = CLUSTER_READY, .job = JOB_RUNNING, .is_batch = true};
    const struct savepoint_facts facts = {.cluster = &cluster};

    cr_assert(savepoint_is_hopeless(&facts));
    cr_assert(savepoint_is_refused(&facts));
}

Test(savepoint_check, leaves_a_cluster_that_is_lost_to_its_recovery) {
    const struct cluster_view cluster = {
        .health = CLUSTER_LOST, .job = JOB_RESTARTING, .restarts = 9};
    const struct savepoint_facts facts = {.cluster = &cluster, .restarts = 9};

    cr_assert(not(savepoint_is_refused(&facts)));
}
