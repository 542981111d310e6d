// The readers of Flink's replies against what each Flink really answered: tests/data/flink-*, which
// scripts/record_flink_replies.py writes.
#include "base/buffer.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "runtime/flink/flink_reply.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>

static struct error err;

static void for_each_version(void (*check)(const char *directory)) {
    glob_t found;

    cr_assert(eq(int, glob(TEST_DATA_DIR "/flink-*", 0, NULL, &found), 0));
    for (size_t index = 0; index < found.gl_pathc; index++) {
        // The last one before a failure is the version that it is about.
        (void)fprintf(stderr, "%s\n", found.gl_pathv[index]);
        check(found.gl_pathv[index]);
    }
    globfree(&found);
}

// A test whose body runs for each version, with its `directory`.
#define TEST_RECORDED(name)                                                                        \
    static void name(const char *directory);                                                       \
    Test(recorded_replies, name) {                                                                 \
        for_each_version(name);                                                                    \
    }                                                                                              \
    static void name(const char *directory)

static json_t *recorded(const char *directory, const char *name) {
    AUTO(buffer_release) struct buffer text = BUFFER_INIT(65536);
    char path[FILE_PATH_MAX];
    json_t *reply = NULL;

    (void)text_format(path, sizeof path, "%s/%s.json", directory, name);
    cr_assert(file_read(path, &text, &err), "%s", err.message);
    cr_assert(json_parse(buffer_text(&text), text.size_bytes, &reply, &err), "%s", err.message);
    return reply;
}

TEST_RECORDED(identify_the_jobmanager) {
    AUTO(json_decref) json_t *reply = recorded(directory, "jobmanager-config");
    bool is_it = false;

    cr_assert(flink_reply_is_instance(reply, "id-65953d1a279b0a3c1fc2bf114bda0ad5", &is_it, &err));
    cr_assert(is_it);
    cr_assert(flink_reply_is_instance(reply, "id-another", &is_it, &err));
    cr_assert(not(is_it));
}

TEST_RECORDED(count_slots_of_own_and_of_foreign_taskmanagers) {
    AUTO(json_decref) json_t *reply = recorded(directory, "taskmanagers");
    struct flink_port_range own = {17144, 8};
    struct flink_port_range other = {17152, 8};
    struct flink_slots slots;

    cr_assert(flink_reply_slots(reply, &own, &slots, &err), "%s", err.message);
    cr_assert(eq(int, slots.own, 1));
    cr_assert(eq(int, slots.strangers, 0));
    cr_assert(flink_reply_slots(reply, &other, &slots, &err), "%s", err.message);
    cr_assert(eq(int, slots.own, 0));
    cr_assert(eq(int, slots.strangers, 1));
}

TEST_RECORDED(describe_a_running_job) {
    AUTO(json_decref) json_t *reply = recorded(directory, "job-running");
    struct flink_job job;

    cr_assert(flink_reply_job(reply, &job, &err), "%s", err.message);
    cr_assert(eq(int, job.state, JOB_RUNNING));
    cr_assert(eq(int, job.tasks_running, job.tasks_total));
    cr_assert(gt(int, job.tasks_total, 0));
}

TEST_RECORDED(give_the_time_of_a_restart_that_is_over) {
    AUTO(json_decref) json_t *reply = recorded(directory, "job-running");
    struct flink_job job;

    cr_assert(flink_reply_job(reply, &job, &err), "%s", err.message);
    cr_assert(eq(i64, job.last_restarting_ms, 0));
    json_put_int(json_object_get(reply, "timestamps"), "RESTARTING", 1795478450000);
    cr_assert(flink_reply_job(reply, &job, &err), "%s", err.message);
    cr_assert(eq(int, job.state, JOB_RUNNING));
    cr_assert(eq(i64, job.last_restarting_ms, 1795478450000));
}

TEST_RECORDED(name_the_newest_checkpoint) {
    AUTO(json_decref) json_t *reply = recorded(directory, "checkpoints");
    char path[FILE_PATH_MAX];

    cr_assert(flink_reply_checkpoint(reply, path, &err), "%s", err.message);
    cr_assert(text_starts_with(path, "/data/apps/"));
    cr_assert(strstr(path, "/chk-") != NULL);
}

TEST_RECORDED(locate_a_completed_savepoint) {
    AUTO(json_decref) json_t *reply = recorded(directory, "savepoint-completed");
    struct savepoint_view view = {0};

    cr_assert(flink_reply_savepoint(reply, &view, &err), "%s", err.message);
    cr_assert(eq(int, view.state, SAVEPOINT_COMPLETED));
    cr_assert(text_starts_with(view.location, "/data/"));
}

TEST_RECORDED(give_the_cause_of_a_restart) {
    AUTO(json_decref) json_t *reply = recorded(directory, "exceptions");
    char cause[900];

    flink_reply_exception(reply, cause, sizeof cause);
    cr_assert(eq(str, cause, "java.lang.IllegalArgumentException: the table is not there"));
}

TEST_RECORDED(give_the_reason_of_a_rejected_program) {
    AUTO(json_decref) json_t *throws = recorded(directory, "run-throws");
    AUTO(json_decref) json_t *no_execute = recorded(directory, "run-noexecute");
    AUTO(json_decref) json_t *configures = recorded(directory, "run-configures");
    char cause[900];

    flink_reply_error(throws, cause, sizeof cause);
    cr_assert(text_starts_with(
        cause,
        "org.apache.flink.client.program.ProgramInvocationException: The main method caused an "
        "error: no such stream: orders"));
    flink_reply_error(no_execute, cause, sizeof cause);
    cr_assert(text_ends_with(cause, "No jobs included in application."));
    flink_reply_error(configures, cause, sizeof cause);
    cr_assert(strstr(cause, "Configuration execution.checkpointing.interval:1234 ms not allowed") !=
                  NULL,
              "%s", cause);
}
