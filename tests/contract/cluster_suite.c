#include "contract/cluster_suite.h"

#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static const char APP[] = "00000000000000aa";
static const char CLUSTER[] = "00000000000000aa-1";

typedef bool condition_fn(const struct cluster_view *view);

static struct cluster_view view_of(const struct cluster_suite *suite, const char *cluster_id) {
    struct cluster_view view;

    cluster_view(&suite->clusters, cluster_id, &view);
    return view;
}

static struct cluster_view wait_until(const struct cluster_suite *suite, condition_fn *condition,
                                      const char *what) {
    for (;;) {
        struct cluster_view view = view_of(suite, CLUSTER);
        if (condition(&view)) return view;
        cr_assert(view.health != CLUSTER_LOST, "%s: %s", what, view.failure);
        cr_assert(suite->pass(suite->self), "%s: nothing changes any more", what);
    }
}

static bool is_ready(const struct cluster_view *view) {
    return view->health == CLUSTER_READY;
}

static bool is_rejected(const struct cluster_view *view) {
    return view->job == JOB_REJECTED;
}

static bool has_checkpoint(const struct cluster_view *view) {
    return view->last_checkpoint[0] != '\0';
}

static bool is_saved(const struct cluster_view *view) {
    return view->savepoint.state == SAVEPOINT_COMPLETED;
}

static bool is_finished(const struct cluster_view *view) {
    return view->job == JOB_FINISHED;
}

static void launch(const struct cluster_suite *suite) {
    struct error err;
    struct launch_spec spec = {
        .runtime = RUNTIME_FLINK_1_20,
        .log_level = "INFO",
        .size = {.taskmanagers = 1,
                 .jobmanager = {.heap_mb = 128, .metaspace_mb = 192, .overhead_mb = 64},
                 .taskmanager = {.slots = 1,
                                 .framework_heap_mb = 64,
                                 .task_heap_mb = 128,
                                 .framework_off_heap_mb = 64,
                                 .network_mb = 32,
                                 .managed_mb = 32,
                                 .metaspace_mb = 192,
                                 .overhead_mb = 64,
                                 .cpu_cores = 1}},
    };

    (void)text_copy(spec.app_id, sizeof spec.app_id, APP);
    (void)text_copy(spec.cluster_id, sizeof spec.cluster_id, CLUSTER);
    cr_assert(cluster_launch(&suite->clusters, &spec, &err), "%s", err.message);
    cr_assert(eq(int, view_of(suite, CLUSTER).health, CLUSTER_BOOTING));
    cr_assert(not(cluster_launch(&suite->clusters, &spec, &err)));
    cr_assert(eq(int, err.kind, ERROR_EXISTS));
    cr_assert(gt(int, (int)(capacity_memory_used_bytes(&suite->capacity) >> 20), 100));
}

static void submit(const struct cluster_suite *suite, const char *job_id, const char *code,
                   const char *restore_path) {
    struct error err;
    struct submission job = {
        .spec = {.runtime = RUNTIME_FLINK_1_20,
                 .parallelism = 1,
                 .parallelism_per_kpu = 1,
                 .checkpointing_enabled = true,
                 .checkpoint_interval_ms = 1000,
                 .min_pause_ms = 0},
        .properties_text = "[]",
        .restore_path = restore_path,
    };

    (void)text_copy(job.job_id, sizeof job.job_id, job_id);
    (void)text_copy(job.spec.code_sha256, sizeof job.spec.code_sha256, code);
    cr_assert(cluster_submit(&suite->clusters, CLUSTER, &job, &err), "%s", err.message);
    cr_assert(eq(str, view_of(suite, CLUSTER).job_id, job_id));
    // The same id again does not submit a second job.
    cr_assert(cluster_submit(&suite->clusters, CLUSTER, &job, &err), "%s", err.message);
}

static struct savepoint_view save(const struct cluster_suite *suite, const char *trigger_id,
                                  const char *name, bool stops_job) {
    struct error err;
    struct savepoint_request request = {.stops_job = stops_job};

    (void)text_copy(request.trigger_id, sizeof request.trigger_id, trigger_id);
    (void)text_copy(request.snapshot_name, sizeof request.snapshot_name, name);
    cr_assert(cluster_savepoint(&suite->clusters, CLUSTER, &request, &err), "%s", err.message);
    struct savepoint_view view = wait_until(suite, is_saved, name).savepoint;
    cr_assert(eq(str, view.trigger_id, trigger_id));
    return view;
}

static struct snapshot snapshot_called(const char *name, const char *trigger_id) {
    struct snapshot snapshot = {0};

    (void)text_copy(snapshot.name, sizeof snapshot.name, name);
    (void)text_copy(snapshot.trigger_id, sizeof snapshot.trigger_id, trigger_id);
    return snapshot;
}

static bool is_the_first_job(void *userdata, const char *job_id) {
    (void)userdata;
    return text_equal(job_id, "00000000000000000000000000000001");
}

static bool is_no_job(void *userdata, const char *job_id) {
    (void)userdata;
    (void)job_id;
    return false;
}

static void fail_on_page(void *userdata, const struct insight_page *page, const struct error *err) {
    (void)userdata;
    (void)page;
    (void)err;
    cr_fail("nothing was fetched");
}

static void check_absent_cluster(const struct cluster_suite *suite) {
    const struct insight_port *insight = &suite->insight;
    struct error err;

    insight_measure(insight, "absent");
    cr_assert(insight_measured(insight, "absent") == NULL);
    cr_assert(insight_job_plan(insight, "absent") == NULL);
    cr_assert(insight_fetch(insight, "absent", "/overview", fail_on_page, NULL) == NULL);
    cr_assert(not(insight_inject(insight, "absent", INSIGHT_FAULT_KILL_JOBMANAGER, &err)));
    cr_assert(eq(int, err.kind, ERROR_UNAVAILABLE));
    cr_assert(eq(i64, capacity_memory_of_bytes(&suite->capacity, "absent"), 0));
}

void cluster_suite_run(struct cluster_suite *suite) {
    const struct state_files_port *files = &suite->state_files;
    char path[FILE_PATH_MAX];
    struct error err;

    cr_assert(eq(int, view_of(suite, "absent").health, CLUSTER_ABSENT));
    cluster_retire(&suite->clusters, "absent");
    check_absent_cluster(suite);
    launch(suite);
    (void)wait_until(suite, is_ready, "boot");

    submit(suite, "00000000000000000000000000000001", suite->code_sha256, "");
    (void)wait_until(suite, cluster_view_runs_fully, "the first job");
    (void)wait_until(suite, has_checkpoint, "a checkpoint");
    cr_assert(state_files_find_checkpoint(files, APP, "00000000000000000000000000000001", path));

    struct savepoint_view manual = save(suite, "000000000000000000000000000000a1", "manual", false);
    struct snapshot by_hand = snapshot_called("manual", manual.trigger_id);
    cr_assert(state_files_find_savepoint(files, APP, &by_hand, path));
    cr_assert(eq(str, path, manual.location));
    // A directory for each trigger, not for each name.
    struct snapshot namesake = snapshot_called("manual", "000000000000000000000000000000b1");
    cr_assert(not(state_files_find_savepoint(files, APP, &namesake, path)));
    cr_assert(state_files_remove_snapshot(files, APP, &namesake, &err), "%s", err.message);
    cr_assert(state_files_find_savepoint(files, APP, &by_hand, path));
    (void)wait_until(suite, cluster_view_runs_fully, "the job continues after a snapshot");

    struct savepoint_view last = save(suite, "000000000000000000000000000000a2", "last", true);
    (void)wait_until(suite, is_finished, "the stop");

    // A cluster whose job has ended accepts another, as the roll back of an update needs it.
    submit(suite, "00000000000000000000000000000002", suite->code_sha256, last.location);
    (void)wait_until(suite, cluster_view_runs_fully, "the restored job");
    (void)save(suite, "000000000000000000000000000000a3", "again", true);
    (void)wait_until(suite, is_finished, "the second stop");
    submit(suite, "00000000000000000000000000000003", suite->broken_sha256, "");
    cr_assert(wait_until(suite, is_rejected, "the broken job").failure[0] != '\0');

    cluster_retire(&suite->clusters, CLUSTER);
    cr_assert(eq(int, view_of(suite, CLUSTER).health, CLUSTER_ABSENT));
    cr_assert(eq(int, (int)capacity_memory_used_bytes(&suite->capacity), 0));
    int removed;
    struct snapshot stopped = snapshot_called("last", last.trigger_id);
    cr_assert(state_files_prune_checkpoints(files, APP, is_the_first_job, NULL, &removed, &err),
              "%s", err.message);
    cr_assert(state_files_prune_checkpoints(files, APP, is_no_job, NULL, &removed, &err), "%s",
              err.message);
    cr_assert(
        not(state_files_find_checkpoint(files, APP, "00000000000000000000000000000001", path)));
    cr_assert(state_files_remove_snapshot(files, APP, &by_hand, &err), "%s", err.message);
    cr_assert(not(state_files_find_savepoint(files, APP, &by_hand, path)));
    cr_assert(state_files_find_savepoint(files, APP, &stopped, path));
    cr_assert(state_files_erase_app(files, APP, &err), "%s", err.message);
    cr_assert(not(state_files_find_savepoint(files, APP, &stopped, path)));
}
