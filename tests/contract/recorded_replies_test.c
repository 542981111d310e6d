// The parsers of Flink's replies with replies recorded from Flink 1.20.3 (tests/data/flink-1.20).
#include "base/buffer.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "runtime/flink/flink_reply.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static struct error err;

static json_t *recorded(const char *name) {
    AUTO(buffer_release) struct buffer text = BUFFER_INIT(65536);
    char path[FILE_PATH_MAX];
    json_t *reply = NULL;

    (void)text_format(path, sizeof path, "%s/flink-1.20/%s.json", TEST_DATA_DIR, name);
    cr_assert(file_read(path, &text, &err), "%s", err.message);
    cr_assert(json_parse(buffer_text(&text), text.size_bytes, &reply, &err), "%s", err.message);
    return reply;
}

Test(recorded_replies, identify_the_jobmanager) {
    AUTO(json_decref) json_t *reply = recorded("jobmanager-config");
    bool is_it = false;

    cr_assert(flink_reply_is_instance(reply, "id-65953d1a279b0a3c1fc2bf114bda0ad5", &is_it, &err));
    cr_assert(is_it);
    cr_assert(flink_reply_is_instance(reply, "id-another", &is_it, &err));
    cr_assert(not(is_it));
}

Test(recorded_replies, count_slots_of_own_and_of_foreign_taskmanagers) {
    AUTO(json_decref) json_t *reply = recorded("taskmanagers");
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

Test(recorded_replies, describe_a_running_job) {
    AUTO(json_decref) json_t *reply = recorded("job-running");
    struct flink_job job;

    cr_assert(flink_reply_job(reply, &job, &err), "%s", err.message);
    cr_assert(eq(int, job.state, JOB_RUNNING));
    cr_assert(eq(int, job.tasks_running, job.tasks_total));
    cr_assert(gt(int, job.tasks_total, 0));
}

Test(recorded_replies, give_the_time_of_a_restart_that_is_over) {
    AUTO(json_decref) json_t *reply = recorded("job-running");
    struct flink_job job;

    cr_assert(flink_reply_job(reply, &job, &err), "%s", err.message);
    cr_assert(eq(i64, job.last_restarting_ms, 0));
    json_put_int(json_object_get(reply, "timestamps"), "RESTARTING", 1795478450000);
    cr_assert(flink_reply_job(reply, &job, &err), "%s", err.message);
    cr_assert(eq(int, job.state, JOB_RUNNING));
    cr_assert(eq(i64, job.last_restarting_ms, 1795478450000));
}

Test(recorded_replies, name_the_newest_checkpoint) {
    AUTO(json_decref) json_t *reply = recorded("checkpoints");
    char path[FILE_PATH_MAX];

    cr_assert(flink_reply_checkpoint(reply, path, &err), "%s", err.message);
    cr_assert(text_starts_with(path, "/data/apps/"));
    cr_assert(strstr(path, "/chk-") != NULL);
}

Test(recorded_replies, locate_a_completed_savepoint) {
    AUTO(json_decref) json_t *reply = recorded("savepoint-completed");
    struct savepoint_view view = {0};

    cr_assert(flink_reply_savepoint(reply, &view, &err), "%s", err.message);
    cr_assert(eq(int, view.state, SAVEPOINT_COMPLETED));
    cr_assert(text_starts_with(view.location, "/data/"));
}

Test(recorded_replies, give_the_cause_of_a_restart) {
    AUTO(json_decref) json_t *reply = recorded("exceptions");
    char cause[900];

    flink_reply_exception(reply, cause, sizeof cause);
    cr_assert(eq(str, cause, "java.lang.IllegalArgumentException: the table is not there"));
}

Test(recorded_replies, give_the_reason_of_a_rejected_program) {
    AUTO(json_decref) json_t *throws = recorded("run-throws");
    AUTO(json_decref) json_t *no_execute = recorded("run-noexecute");
    AUTO(json_decref) json_t *configures = recorded("run-configures");
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
