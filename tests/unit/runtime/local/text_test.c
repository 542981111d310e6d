// The pure parts of the runtime room: durations, stack traces, replies, workspaces, command lines.
#include "base/text.h"

#include "base/buffer.h"
#include "base/json.h"
#include "runtime/flink/flink_reply.h"
#include "runtime/flink/job_conf.h"
#include "runtime/local/cluster_conf.h"
#include "runtime/local/workspace.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static struct error err;

static json_t *parse(const char *text) {
    json_t *value = NULL;

    cr_assert(json_parse(text, strlen(text), &value, &err), "%s", err.message);
    return value;
}

struct duration {
    int64_t ms;
    char text[16];
};

static struct duration durations[] = {{60000, "1 min"}, {7777, "7777 ms"}, {5000, "5 s"},
                                      {1, "1 ms"},      {0, "0 ms"},       {90000, "90 s"},
                                      {7200000, "2 h"}, {86400000, "1 d"}};

ParameterizedTestParameters(job_conf, prints_durations_as_flink_does) {
    return cr_make_param_array(struct duration, durations, sizeof durations / sizeof durations[0]);
}

ParameterizedTest(struct duration *duration, job_conf, prints_durations_as_flink_does) {
    char text[32];

    job_conf_print_duration(duration->ms, text, sizeof text);
    cr_assert(eq(str, text, duration->text));
}

Test(job_conf, gives_jobs_canonical_settings) {
    struct job_spec spec = {.runtime = RUNTIME_FLINK_1_20,
                            .checkpointing_enabled = true,
                            .checkpoint_interval_ms = 60000,
                            .min_pause_ms = 5000};
    AUTO(json_decref) json_t *settings = job_conf_settings(&spec, "file:///data/checkpoints");

    cr_assert(eq(str, (char *)json_text(settings, "execution.checkpointing.interval"), "1 min"));
    cr_assert(eq(str, (char *)json_text(settings, "execution.checkpointing.min-pause"), "5 s"));
    cr_assert(eq(str, (char *)json_text(settings, "execution.checkpointing.dir"),
                 "file:///data/checkpoints"));
    spec.checkpointing_enabled = false;
    AUTO(json_decref) json_t *without = job_conf_settings(&spec, "file:///data/checkpoints");
    cr_assert(json_text(without, "execution.checkpointing.interval") == NULL);
}

Test(cluster_conf, says_nothing_of_an_application_in_a_clusters_own_file) {
    AUTO(buffer_release) struct buffer text = BUFFER_INIT(65536);
    struct workspace_paths paths = {
        .checkpoints = "/data/apps/secret/checkpoints", .work = "/w", .jars = "/j"};
    struct cluster_ports ports = cluster_ports_from(1234);
    struct launch_spec spec = {.app_id = "secret",
                               .runtime = RUNTIME_FLINK_1_20,
                               .size = {.taskmanagers = 2, .taskmanager = {.slots = 4}}};

    cluster_conf_print(&spec, "id-1", &ports, &paths, 30000, &text);
    cr_assert(strstr(buffer_text(&text), "secret") == NULL);
    cr_assert(strstr(buffer_text(&text), "rest.bind-port: 1234\n") != NULL);
    cr_assert(strstr(buffer_text(&text), "heartbeat.timeout: 30000\n") != NULL);
    cr_assert(strstr(buffer_text(&text), "kobel.instance: id-1\n") != NULL);
    cr_assert(strstr(buffer_text(&text), "parallelism.default: 8\n") != NULL);
    cr_assert(strstr(buffer_text(&text), "execution.program-config.enabled: false\n") != NULL);
}

struct trace {
    char stack[600];
    char cause[300];
};

// clang-format off
static struct trace traces[] = {
    {"org.apache.flink.runtime.rest.handler.RestHandlerException: Could not execute application.\n\tat a.B.c(B.java:1)\n"
     "Caused by: java.util.concurrent.CompletionException: x\n\tat a.B.c(B.java:1)\n"
     "Caused by: org.apache.flink.client.program.ProgramInvocationException: The main method caused an error: no such stream: orders\n\tat a.B.c(B.java:1)\n"
     "Caused by: java.lang.IllegalStateException: no such stream: orders\n\t... 9 more",
     "org.apache.flink.client.program.ProgramInvocationException: The main method caused an error: no such stream: orders StackTrace: java.lang.IllegalStateException: no such stream: orders"},
    {"org.apache.flink.runtime.rest.handler.RestHandlerException: No jobs included in application.\n\tat a.B.c(B.java:1)",
     "org.apache.flink.runtime.rest.handler.RestHandlerException: No jobs included in application."},
    {"<Exception on server side:\njava.lang.RuntimeException: outer\n\tat a.B.c(B.java:1)\nCaused by: java.io.IOException: inner\n\tat d\nEnd of exception on server side>",
     "java.io.IOException: inner"},
    {"a.MutatedConfigurationException: Not allowed configuration change(s) were detected:\n - Configuration x was changed.\n\tat a",
     "a.MutatedConfigurationException: Not allowed configuration change(s) were detected: - Configuration x was changed."},
    {"", ""},
};
// clang-format on

ParameterizedTestParameters(flink_reply, finds_what_says_most_in_a_stack_trace) {
    return cr_make_param_array(struct trace, traces, sizeof traces / sizeof traces[0]);
}

ParameterizedTest(struct trace *trace, flink_reply, finds_what_says_most_in_a_stack_trace) {
    char cause[900];

    flink_reply_cause(trace->stack, cause, sizeof cause);
    cr_assert(eq(str, cause, trace->cause));
}

// --- traces that a program has made long ---

static void append_many(struct buffer *trace, int count, const char *text) {
    for (int index = 0; index < count; index++)
        cr_assert(buffer_append(trace, text, strlen(text), &err));
}

// Each cause was searched to the end of the trace: this one would take a quarter of an hour.
Test(flink_reply, a_trace_may_have_any_number_of_causes) {
    AUTO(buffer_release) struct buffer trace = BUFFER_INIT((size_t)16 << 20);
    char cause[900];

    append_many(&trace, 1, "a.First: one");
    append_many(&trace, 300000, "\nCaused by: ");
    append_many(&trace, 1, "\nCaused by: z.Last: two");
    flink_reply_cause(buffer_text(&trace), cause, sizeof cause);
    cr_assert(eq(str, cause, "z.Last: two"));
}

// The bound: what is in the middle decides nothing, and what is at the ends does.
Test(flink_reply, of_a_long_trace_the_ends_are_looked_at) {
    AUTO(buffer_release) struct buffer trace = BUFFER_INIT((size_t)1 << 20);
    char cause[900];

    append_many(&trace, 1, "a.First: one");
    append_many(&trace, 2000, "\n\tat a.B.c(B.java:1)");
    append_many(&trace, 1, "\nCaused by: ProgramInvocationException: in the middle");
    append_many(&trace, 2000, "\n\tat a.B.c(B.java:1)");
    append_many(&trace, 1, "\nCaused by: z.Last: two\n\t... 9 more");
    flink_reply_cause(buffer_text(&trace), cause, sizeof cause);
    cr_assert(eq(str, cause, "z.Last: two"));
}

Test(flink_reply, the_root_of_a_long_trace_is_found_in_every_answer) {
    AUTO(buffer_release) struct buffer trace = BUFFER_INIT((size_t)1 << 20);
    AUTO(json_decref) json_t *savepoint = parse("{\"status\":{\"id\":\"COMPLETED\"}}");
    AUTO(json_decref) json_t *errors = parse("{\"errors\":[\"Internal server error.\"]}");
    AUTO(json_decref) json_t *exceptions = json_new_object();
    json_t *operation = json_new_object();
    json_t *failure = json_new_object();
    struct savepoint_view view = {0};
    char cause[900];

    append_many(&trace, 1, "a.First: ");
    append_many(&trace, 50000, "long");
    append_many(&trace, 1, "\nCaused by: z.Last: Checkpoint Coordinator is suspending.");
    json_put_text(failure, "stack-trace", buffer_text(&trace));
    json_put(operation, "failure-cause", failure);
    json_put(savepoint, "operation", operation);
    json_add(json_object_get(errors, "errors"), json_new_text(buffer_text(&trace)));
    json_put_text(exceptions, "root-exception", buffer_text(&trace));

    cr_assert(flink_reply_savepoint(savepoint, &view, &err));
    cr_assert(eq(str, view.failure, "z.Last: Checkpoint Coordinator is suspending."));
    cr_assert(view.is_transient);
    flink_reply_error(errors, cause, sizeof cause);
    cr_assert(eq(str, cause, "z.Last: Checkpoint Coordinator is suspending."));
    flink_reply_exception(exceptions, cause, sizeof cause);
    cr_assert(eq(str, cause, "z.Last: Checkpoint Coordinator is suspending."));
}

Test(flink_reply, a_long_trace_is_cut_between_characters) {
    char cause[80000];

    // Characters of three bytes, at each offset.
    for (int offset = 0; offset < 3; offset++) {
        AUTO(buffer_release) struct buffer trace = BUFFER_INIT((size_t)1 << 20);
        append_many(&trace, offset, "x");
        append_many(&trace, 40000, "\xE6\x97\xA5");
        flink_reply_cause(buffer_text(&trace), cause, sizeof cause);
        cr_assert(strstr(cause, "\xEF\xBF\xBD") == NULL);
        cr_assert(ge(sz, strlen(cause), 32766));
        cr_assert(le(sz, strlen(cause), 32768));
    }
}

Test(flink_reply, counts_the_tasks_of_a_job) {
    AUTO(json_decref)
    json_t *reply = parse("{\"state\":\"RUNNING\",\"vertices\":[{\"parallelism\":2,\"tasks\":{"
                          "\"RUNNING\":1,\"INITIALIZING\":1}},"
                          "{\"parallelism\":1,\"tasks\":{\"RUNNING\":0,\"FINISHED\":1}}]}");
    struct flink_job job;

    cr_assert(flink_reply_job(reply, &job, &err));
    cr_assert(eq(int, job.state, JOB_RUNNING));
    cr_assert(eq(int, job.tasks_running, 2));
    cr_assert(eq(int, job.tasks_total, 3));
}

Test(flink_reply, reads_the_three_ends_of_a_savepoint) {
    AUTO(json_decref)
    json_t *going = parse("{\"status\":{\"id\":\"IN_PROGRESS\"},\"operation\":null}");
    AUTO(json_decref)
    json_t *done = parse("{\"status\":{\"id\":\"COMPLETED\"},\"operation\":{\"location\":\"file:/"
                         "data/savepoint-1\"}}");
    AUTO(json_decref)
    json_t *failed = parse("{\"status\":{\"id\":\"COMPLETED\"},\"operation\":{\"failure-cause\":{"
                           "\"stack-trace\":\"a.B: no\\n\\tat c\"}}}");
    struct savepoint_view view = {0};

    cr_assert(flink_reply_savepoint(going, &view, &err));
    cr_assert(eq(int, view.state, SAVEPOINT_IN_PROGRESS));
    cr_assert(flink_reply_savepoint(done, &view, &err));
    cr_assert(eq(str, view.location, "/data/savepoint-1"));
    cr_assert(flink_reply_savepoint(failed, &view, &err));
    cr_assert(eq(int, view.state, SAVEPOINT_FAILED));
    cr_assert(eq(str, view.failure, "a.B: no"));
}

Test(flink_reply, refuses_answers_of_another_shape) {
    AUTO(json_decref) json_t *other = parse("{\"x\":1}");
    struct flink_port_range ports = {1, 1};
    struct flink_slots slots;
    bool is_it;
    struct flink_job job;
    struct savepoint_view view;
    char path[FILE_PATH_MAX];

    cr_assert(not(flink_reply_is_instance(other, "id-1", &is_it, &err)));
    cr_assert(not(flink_reply_slots(other, &ports, &slots, &err)));
    cr_assert(not(flink_reply_job(other, &job, &err)));
    cr_assert(not(flink_reply_savepoint(other, &view, &err)));
    cr_assert(not(flink_reply_checkpoint(other, path, &err)));
}

// --- workspaces ---

static void touch(const char *root, const char *rest) {
    char path[FILE_PATH_MAX];
    char *slash;

    (void)text_format(path, sizeof path, "%s/%s", root, rest);
    slash = strrchr(path, '/');
    *slash = '\0';
    cr_assert(file_make_directories(path, 0700, &err));
    *slash = '/';
    cr_assert(file_write_atomically(path, "x", 1, 0600, &err));
}

static bool is_needed(void *userdata, const char *job_id) {
    (void)userdata;
    return text_equal(job_id, "j");
}

Test(workspace, finds_the_newest_checkpoint_that_is_complete) {
    char root[] = "/tmp/kobel-workspace-XXXXXX";
    char found[FILE_PATH_MAX];

    cr_assert(mkdtemp(root) != NULL);
    cr_assert(not(workspace_find_checkpoint(root, "a", "j", found)));
    touch(root, "apps/a/checkpoints/j/chk-9/_metadata");
    touch(root, "apps/a/checkpoints/j/chk-10/_metadata");
    touch(root, "apps/a/checkpoints/j/chk-11/half");
    touch(root, "apps/a/checkpoints/j/shared/file");
    cr_assert(workspace_find_checkpoint(root, "a", "j", found));
    cr_assert(text_ends_with(found, "/chk-10"));
    touch(root, "apps/a/checkpoints/old/chk-1/_metadata");
    int removed;
    cr_assert(workspace_prune_checkpoints(root, "a", is_needed, NULL, &removed, &err));
    cr_assert(not(workspace_find_checkpoint(root, "a", "old", found)));
    cr_assert(workspace_find_checkpoint(root, "a", "j", found));
    cr_assert(file_remove_tree(root, &err));
}

Test(workspace, keeps_a_snapshot_called_dot_dot_inside) {
    char path[FILE_PATH_MAX];

    cr_assert(workspace_snapshot_directory("/data", "a", "..", "t", path, &err));
    cr_assert(text_starts_with(path, "/data/apps/a/snapshots/"));
    cr_assert(strstr(path, "..") == NULL);
    cr_assert(workspace_snapshot_directory("/data", "a", "plain-1.0", "t", path, &err));
    cr_assert(eq(str, path, "/data/apps/a/snapshots/plain-1.0/t"));
}

Test(workspace, removes_of_a_snapshot_nothing_that_is_anothers) {
    char root[] = "/tmp/kobel-workspace-XXXXXX";
    struct snapshot old = {.name = "s", .trigger_id = "t0"}; // of an earlier kobel: no <trigger>
    struct snapshot first = {.name = "s", .trigger_id = "t1"};
    struct snapshot second = {.name = "s", .trigger_id = "t2"};
    struct snapshot outside = {.name = "other", .trigger_id = "t3"};
    char found[FILE_PATH_MAX];

    cr_assert(mkdtemp(root) != NULL);
    touch(root, "apps/a/snapshots/s/savepoint-0/_metadata");
    touch(root, "apps/a/snapshots/s/t1/savepoint-1/_metadata");
    touch(root, "apps/a/snapshots/s/t2/half");
    (void)text_format(old.location, FILE_PATH_MAX, "%s/apps/a/snapshots/s/savepoint-0", root);
    (void)text_format(outside.location, FILE_PATH_MAX, "%s/apps/a/snapshots/s/t1", root);
    cr_assert(workspace_find_savepoint(root, "a", &first, found));
    cr_assert(text_ends_with(found, "/s/t1/savepoint-1"));
    cr_assert(not(workspace_find_savepoint(root, "a", &second, found)));
    cr_assert(workspace_remove_snapshot(root, "a", &second, &err), "%s", err.message);
    cr_assert(workspace_remove_snapshot(root, "a", &outside, &err), "%s", err.message);
    cr_assert(file_is_directory(old.location));
    cr_assert(workspace_remove_snapshot(root, "a", &old, &err), "%s", err.message);
    cr_assert(not(file_is_directory(old.location)));
    cr_assert(workspace_find_savepoint(root, "a", &first, found));
    cr_assert(workspace_remove_snapshot(root, "a", &first, &err), "%s", err.message);
    (void)text_format(found, sizeof found, "%s/apps/a/snapshots/s", root);
    cr_assert(not(file_is_directory(found)));
    cr_assert(file_remove_tree(root, &err));
}

Test(workspace, keeps_the_logs_of_the_newest_clusters_only) {
    char root[] = "/tmp/kobel-workspace-XXXXXX";
    char path[FILE_PATH_MAX];

    cr_assert(mkdtemp(root) != NULL);
    for (int number = 1; number <= 12; number++) {
        char rest[80];
        (void)text_format(rest, sizeof rest, "apps/a/clusters/a-%x/log/jobmanager.log", number);
        touch(root, rest);
        (void)text_format(rest, sizeof rest, "apps/a/clusters/a-%x/work/big", number);
        touch(root, rest);
    }
    cr_assert(workspace_clean(root, &err), "%s", err.message);
    (void)text_format(path, sizeof path, "%s/apps/a/clusters/a-7", root);
    cr_assert(not(file_exists(path)));
    (void)text_format(path, sizeof path, "%s/apps/a/clusters/a-8/log/jobmanager.log", root);
    cr_assert(file_exists(path));
    (void)text_format(path, sizeof path, "%s/apps/a/clusters/a-c/work", root);
    cr_assert(not(file_exists(path)));
    cr_assert(file_remove_tree(root, &err));
}

static bool is_link(const char *path) {
    struct stat entry;

    return lstat(path, &entry) == 0 && S_ISLNK(entry.st_mode);
}

Test(workspace, a_claimed_spare_is_the_applications_cluster_until_it_ends_and_after) {
    char root[] = "/tmp/kobel-workspace-XXXXXX";
    char log[FILE_PATH_MAX];
    struct workspace_paths spare;
    struct workspace_paths cluster;

    cr_assert(mkdtemp(root) != NULL);
    cr_assert(workspace_spare_paths_of(root, "s", "", &spare, &err));
    cr_assert(eq(str, spare.checkpoints, ""));
    cr_assert(workspace_make(&spare, &err), "%s", err.message);
    touch(root, "spares/s/log/jobmanager.log");
    cr_assert(workspace_claim_spare(root, "s", "a", "a-1", &err), "%s", err.message);
    cr_assert(workspace_paths_of(root, "a", "a-1", &cluster, &err));
    (void)text_format(log, sizeof log, "%s/jobmanager.log", cluster.log);
    cr_assert(is_link(cluster.cluster) && file_exists(log));
    cr_assert(file_is_directory(cluster.checkpoints));
    cr_assert(workspace_settle_spare(root, "a", "a-1", &err), "%s", err.message);
    cr_assert(not(is_link(cluster.cluster)));
    cr_assert(file_exists(log));
    cr_assert(workspace_settle_spare(root, "a", "a-1", &err));
    cr_assert(file_remove_tree(root, &err));
}

Test(workspace, a_daemon_that_died_leaves_the_logs_of_spares_that_were_claimed) {
    char root[] = "/tmp/kobel-workspace-XXXXXX";
    char path[FILE_PATH_MAX];

    cr_assert(mkdtemp(root) != NULL);
    touch(root, "spares/claimed/log/jobmanager.log");
    touch(root, "spares/nobodys/log/jobmanager.log");
    cr_assert(workspace_claim_spare(root, "claimed", "a", "a-1", &err), "%s", err.message);
    cr_assert(workspace_clean(root, &err), "%s", err.message);
    (void)text_format(path, sizeof path, "%s/apps/a/clusters/a-1", root);
    cr_assert(not(is_link(path)));
    (void)text_format(path, sizeof path, "%s/apps/a/clusters/a-1/log/jobmanager.log", root);
    cr_assert(file_exists(path));
    (void)text_format(path, sizeof path, "%s/spares", root);
    cr_assert(not(file_exists(path)));
    cr_assert(file_remove_tree(root, &err));
}
