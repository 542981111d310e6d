// Answers of a JobManager, in which main() of a job runs: none may be longer than its question
// allows or keep the loop busy, and one that is too long does not mean that the cluster is lost.
#include "runtime/flink/flink_client.h"

#include "base/clock.h"
#include "base/text.h"
#include "fakes/jobmanager.h"
#include "runtime/flink/cluster_watch.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static sd_event *loop;
static struct http_client *http;
static struct fake_jobmanager fake;
static struct flink_client client;
static struct error err;

static void set_up(void) {
    cr_assert(sd_event_new(&loop) >= 0);
    cr_assert(http_client_new(loop, &http, &err), "%s", err.message);
    fake_jobmanager_open(&fake, loop);
    client = (struct flink_client){.loop = loop, .http = http, .base_url = fake.url};
}

static void tear_down(void) {
    http_client_free(http);
    fake_jobmanager_close(&fake);
    loop = sd_event_unref(loop);
}

TestSuite(flink_client, .init = set_up, .fini = tear_down);

// --- one question ---

struct outcome {
    bool is_done;
    bool is_whole;
    struct error err;
};

static void on_done(void *userdata, json_t *reply, const struct error *reason) {
    struct outcome *outcome = userdata;

    outcome->is_done = true;
    outcome->is_whole = reply != NULL;
    if (reason != NULL) outcome->err = *reason;
}

static struct outcome ask(enum flink_question question, size_t size_bytes) {
    struct fake_answer answers[] = {{"/x", "[]", size_bytes}, {0}};
    struct outcome outcome = {0};

    fake.answers = answers;
    AUTO(flink_call_free)
    struct flink_call *call = flink_client_get(&client, question, "/x", on_done, &outcome);
    while (!outcome.is_done)
        cr_assert(sd_event_run(loop, 10000000) > 0, "nothing happens any more");
    return outcome;
}

Test(flink_client, takes_no_more_than_a_question_allows) {
    size_t limit_bytes = flink_client_limit_bytes(FLINK_METRICS);
    struct outcome whole = ask(FLINK_METRICS, limit_bytes);
    struct outcome longer = ask(FLINK_METRICS, limit_bytes + 1);
    struct outcome other = ask(FLINK_JOB, limit_bytes + 1);

    cr_assert(whole.is_whole, "%s", whole.err.message);
    cr_assert(eq(int, longer.err.kind, ERROR_LIMIT));
    cr_assert(strstr(longer.err.message, "answer about metrics has more than 1048576 bytes") !=
                  NULL,
              "%s", longer.err.message);
    cr_assert(other.is_whole, "%s", other.err.message);
}

// Flink sends about 2 kB for a TaskManager, some kB for a vertex and 10 kB for an exception.
Test(flink_client, allows_the_answers_of_large_clusters) {
    for (enum flink_question question = 0; question < FLINK_QUESTION_COUNT; question++) {
        cr_assert(ge(sz, flink_client_limit_bytes(question), 1 << 20));
        cr_assert(le(sz, flink_client_limit_bytes(question), 8 << 20));
    }
    cr_assert(ge(sz, flink_client_limit_bytes(FLINK_JOB), 100 * 64 * 1024));
    cr_assert(ge(sz, flink_client_limit_bytes(FLINK_EXCEPTIONS), 128 * 10 * 1024));
}

// --- the pause between two questions ---

Test(flink_client, pauses_for_a_multiple_of_the_time_of_an_answer) {
    cr_assert(eq(i64, flink_client_pause_us(0), 0));
    cr_assert(eq(i64, flink_client_pause_us(100), 400));
    cr_assert(eq(i64, flink_client_pause_us(50000), 200000));
    // The shortest limit of silence is longer.
    cr_assert(eq(i64, flink_client_pause_us(60000000), 1000000));
}

static struct outcome second;
static struct flink_call *follower;

static void on_first(void *userdata, json_t *reply, const struct error *reason) {
    int64_t begun_us = clock_monotonic_us();

    on_done(userdata, reply, reason);
    follower = flink_client_get(&client, FLINK_METRICS, "/x", on_done, &second);
    // An answer that takes a while.
    while (clock_monotonic_us() - begun_us < 5000)
        continue;
}

Test(flink_client, the_next_question_waits_for_the_pause) {
    struct fake_answer answers[] = {{"/x", "[]", 0}, {0}};
    struct outcome first = {0};

    fake.answers = answers;
    AUTO(flink_call_free)
    struct flink_call *call = flink_client_get(&client, FLINK_METRICS, "/x", on_first, &first);
    while (!first.is_done)
        cr_assert(sd_event_run(loop, 10000000) > 0);
    int64_t until_us = client.pause_until_us;
    while (fake.requests < 2)
        cr_assert(sd_event_run(loop, 10000000) > 0);
    cr_assert(ge(i64, fake.asked_us, until_us));
    while (!second.is_done)
        cr_assert(sd_event_run(loop, 10000000) > 0);
    cr_assert(second.is_whole);
    flink_call_free(follower);
}

Test(flink_client, a_question_that_waits_can_be_cancelled) {
    client.pause_until_us = clock_monotonic_us() + 60000000;
    flink_call_free(flink_client_get(&client, FLINK_METRICS, "/x", on_done, NULL));
    while (sd_event_run(loop, 1000) > 0)
        continue;
    cr_assert(eq(int, fake.requests, 0));
}

// --- a watch and answers that are too long ---

static int changes;
static char silent[200];

static void on_change(void *userdata) {
    (void)userdata;
    changes++;
}

static void on_silent(void *userdata, const char *reason) {
    (void)userdata;
    (void)text_copy(silent, sizeof silent, reason);
}

#define CONFIGURATION                                                                              \
    { "/jobmanager/config", "[{\"key\":\"kobel.instance\",\"value\":\"id-1\"}]", 0 }
#define TASKMANAGERS                                                                               \
    { "/taskmanagers", "{\"taskmanagers\":[{\"dataPort\":7,\"slotsNumber\":1}]}", 0 }
#define NOT_FOUND "404"
#define SUBMISSION                                                                                 \
    { "/jars/", "{}", 0 }
#define JOB(state)                                                                                 \
    "{\"state\":\"" state "\",\"vertices\":[{\"parallelism\":1,\"tasks\":{\"RUNNING\":1}}]}"

static struct cluster_watch *begin_watch(void) {
    struct cluster_watch_options options = {.http = http,
                                            .base_url = fake.url,
                                            .instance = "id-1",
                                            .ports = {7, 1},
                                            .slots = 1,
                                            .silence_limit_ms = 2000,
                                            .on_change = on_change,
                                            .on_silent = on_silent,
                                            .on_stranger = on_silent};
    struct cluster_watch *watch = NULL;

    cr_assert(cluster_watch_new(loop, &options, &watch, &err), "%s", err.message);
    return watch;
}

static void turn_until_failure_says(const struct cluster_watch *watch, const char *words) {
    while (strstr(cluster_watch_view(watch)->failure, words) == NULL && silent[0] == '\0')
        cr_assert(sd_event_run(loop, 10000000) > 0);
    cr_assert(eq(str, (char *)silent, ""));
}

Test(flink_client, exceptions_that_are_too_long_do_not_hide_the_job) {
    static const struct fake_answer fails[] = {CONFIGURATION,
                                               TASKMANAGERS,
                                               SUBMISSION,
                                               {"/jobs/j/exceptions", "{}", 3 << 20},
                                               {"/jobs/j", JOB("RESTARTING"), 0},
                                               {0}};
    static const struct fake_answer runs[] = {TASKMANAGERS, {"/jobs/j", JOB("RUNNING"), 0}, {0}};
    AUTO(json_decref) json_t *body = json_new_object();

    fake.answers = fails;
    AUTO(cluster_watch_free) struct cluster_watch *watch = begin_watch();
    while (!cluster_watch_is_ready(watch))
        cr_assert(sd_event_run(loop, 10000000) > 0);
    cluster_watch_submit(watch, "a", "j", body);
    turn_until_failure_says(watch, "answer about the exceptions of the job has more than");
    fake.answers = runs;
    while (cluster_watch_view(watch)->job != JOB_RUNNING)
        cr_assert(sd_event_run(loop, 10000000) > 0);
    cr_assert(eq(str, (char *)silent, ""));
}

static struct cluster_watch *watch_running_job(void) {
    static const struct fake_answer runs[] = {
        CONFIGURATION, TASKMANAGERS, SUBMISSION, {"/jobs/j", JOB("RUNNING"), 0}, {0}};
    AUTO(json_decref) json_t *body = json_new_object();

    fake.answers = runs;
    struct cluster_watch *watch = begin_watch();
    while (!cluster_watch_is_ready(watch))
        cr_assert(sd_event_run(loop, 10000000) > 0);
    cluster_watch_submit(watch, "a", "j", body);
    while (cluster_watch_view(watch)->job != JOB_RUNNING)
        cr_assert(sd_event_run(loop, 10000000) > 0);
    return watch;
}

Test(flink_client, an_answer_that_is_too_long_does_not_change_the_job) {
    static const struct fake_answer says_too_much[] = {{"/", "{}", 9 << 20}, {0}};

    AUTO(cluster_watch_free) struct cluster_watch *watch = watch_running_job();
    fake.answers = says_too_much;
    turn_until_failure_says(watch, "answer about the job has more than");
    cr_assert(eq(int, cluster_watch_view(watch)->job, JOB_RUNNING));
    cr_assert(eq(int, cluster_watch_view(watch)->slots, 1));
}

// Slots are then due more often than a quiet job is asked for.
Test(flink_client, a_short_limit_of_silence_does_not_hide_the_end_of_a_job) {
    static const struct fake_answer ends[] = {TASKMANAGERS, {"/jobs/j", JOB("FINISHED"), 0}, {0}};

    AUTO(cluster_watch_free) struct cluster_watch *watch = watch_running_job();
    fake.answers = ends;
    fake.requests = 0;
    while (cluster_watch_view(watch)->job != JOB_FINISHED && fake.requests < 10)
        cr_assert(sd_event_run(loop, 10000000) > 0);
    cr_assert(eq(int, cluster_watch_view(watch)->job, JOB_FINISHED));
}

// Flink answers 404 about the checkpoints of a job that has none, such as a batch job.
Test(flink_client, an_answer_that_is_missing_does_not_hide_the_end_of_a_job) {
    static const struct fake_answer ends[] = {{"/jobs/j/checkpoints", NOT_FOUND, 0},
                                              {"/jobs/j", JOB("FINISHED"), 0},
                                              {"/taskmanagers", "[]", 0},
                                              {0}};

    AUTO(cluster_watch_free) struct cluster_watch *watch = watch_running_job();
    fake.answers = ends;
    fake.requests = 0;
    while (cluster_watch_view(watch)->job != JOB_FINISHED && fake.requests < 20)
        cr_assert(sd_event_run(loop, 10000000) > 0);
    cr_assert(eq(int, cluster_watch_view(watch)->job, JOB_FINISHED));
}

// --- savepoints of a job that ends ---

static void expect_end_with_failed_savepoint(const struct fake_answer *answers) {
    AUTO(cluster_watch_free) struct cluster_watch *watch = watch_running_job();

    fake.answers = answers;
    cluster_watch_savepoint(watch, "t", "file:///s", true);
    while (cluster_watch_view(watch)->savepoint.state == SAVEPOINT_IN_PROGRESS)
        cr_assert(sd_event_run(loop, 10000000) > 0);
    cr_assert(eq(int, cluster_watch_view(watch)->savepoint.state, SAVEPOINT_FAILED));
    cr_assert(eq(int, cluster_watch_view(watch)->job, JOB_FINISHED));
}

Test(flink_client, a_savepoint_that_fails_is_shown_with_the_end_of_its_job) {
    static const struct fake_answer refuses[] = {
        TASKMANAGERS, {"/jobs/j/stop", NOT_FOUND, 0}, {"/jobs/j", JOB("FINISHED"), 0}, {0}};
    static const struct fake_answer forgets[] = {TASKMANAGERS,
                                                 {"/jobs/j/stop", "{}", 0},
                                                 {"/jobs/j/savepoints", NOT_FOUND, 0},
                                                 {"/jobs/j", JOB("FINISHED"), 0},
                                                 {0}};
    static const struct fake_answer fails[] = {
        TASKMANAGERS,
        {"/jobs/j/stop", "{}", 0},
        {"/jobs/j/savepoints", "{\"status\":{\"id\":\"COMPLETED\"},\"operation\":{}}", 0},
        {"/jobs/j", JOB("FINISHED"), 0},
        {0}};

    expect_end_with_failed_savepoint(refuses);
    expect_end_with_failed_savepoint(forgets);
    expect_end_with_failed_savepoint(fails);
}

// --- submissions without an answer ---

#define NO_SUBMISSION                                                                              \
    { "/jars/", NULL, 0 }

static struct cluster_watch *submit_without_an_answer(void) {
    static const struct fake_answer loses[] = {CONFIGURATION, TASKMANAGERS, NO_SUBMISSION, {0}};
    AUTO(json_decref) json_t *body = json_new_object();

    fake.answers = loses;
    struct cluster_watch *watch = begin_watch();
    while (!cluster_watch_is_ready(watch))
        cr_assert(sd_event_run(loop, 10000000) > 0);
    cluster_watch_submit(watch, "a", "j", body);
    while (fake.unanswered == 0)
        cr_assert(sd_event_run(loop, 10000000) > 0);
    return watch;
}

static void turn_until(const struct cluster_watch *watch, enum job_state job) {
    while (cluster_watch_view(watch)->job != job && silent[0] == '\0')
        cr_assert(sd_event_run(loop, 10000000) > 0);
}

Test(flink_client, a_submission_that_was_lost_is_repeated) {
    static const struct fake_answer takes[] = {TASKMANAGERS, SUBMISSION, {0}};
    static const struct fake_answer runs[] = {TASKMANAGERS, {"/jobs/j", JOB("RUNNING"), 0}, {0}};

    AUTO(cluster_watch_free) struct cluster_watch *watch = submit_without_an_answer();
    fake.answers = takes;
    changes = 0;
    while (changes == 0 && silent[0] == '\0')
        cr_assert(sd_event_run(loop, 10000000) > 0);
    cr_assert(eq(int, cluster_watch_view(watch)->job, JOB_CREATED));
    fake.answers = runs;
    turn_until(watch, JOB_RUNNING);
    cr_assert(eq(str, (char *)silent, ""));
}

// A program is refused only by an answer of Flink.
Test(flink_client, a_submission_that_is_never_answered_loses_the_cluster) {
    AUTO(cluster_watch_free) struct cluster_watch *watch = submit_without_an_answer();
    turn_until(watch, JOB_REJECTED);
    cr_assert(eq(str, (char *)silent, "jobmanager never answered the submission of the job"));
    cr_assert(eq(int, fake.unanswered, 3));
    cr_assert(cluster_watch_runs_main(watch));
}

static struct cluster_watch *repeat_a_submission(void) {
    static const struct fake_answer refuses[] = {TASKMANAGERS, {0}};
    struct cluster_watch *watch = submit_without_an_answer();

    turn_until(watch, JOB_CREATED);
    fake.answers = refuses;
    turn_until(watch, JOB_SUBMITTING);
    return watch;
}

Test(flink_client, a_refused_repetition_rejects_a_job_that_does_not_exist) {
    AUTO(cluster_watch_free) struct cluster_watch *watch = repeat_a_submission();
    turn_until(watch, JOB_REJECTED);
    cr_assert(strstr(cluster_watch_view(watch)->failure, "not found") != NULL);
    cr_assert(not(cluster_watch_runs_main(watch)));
}

// Flink has accepted the first one, and refuses another with the same id.
Test(flink_client, a_refused_repetition_does_not_reject_a_job_that_exists) {
    static const struct fake_answer has_it[] = {TASKMANAGERS, {"/jobs/j", JOB("RUNNING"), 0}, {0}};

    AUTO(cluster_watch_free) struct cluster_watch *watch = repeat_a_submission();
    fake.answers = has_it;
    turn_until(watch, JOB_RUNNING);
    cr_assert(eq(str, (char *)silent, ""));
}
