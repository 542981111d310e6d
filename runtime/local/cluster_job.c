#include "runtime/local/cluster_job.h"

#include "base/memory.h"
#include "base/text.h"
#include "runtime/local/app_files.h"

static void on_unusable(void *userdata, const char *reason) {
    local_cluster_lose(userdata, reason);
}

static void on_submitted(void *userdata) {
    struct local_cluster *cluster = userdata;

    submit_free(TAKE(cluster->submit));
    local_cluster_changed(cluster);
}

// A job that has run may have changed its jar.
static bool takes_code(struct local_cluster *cluster, const struct submission *job) {
    bool has_code =
        cluster->has_code && text_equal(cluster->spec.code_sha256, job->spec.code_sha256);

    cluster->has_code = false;
    return has_code;
}

bool cluster_job_submit(struct local_cluster *cluster, const struct submission *job,
                        struct error *err) {
    struct submit_options options = {.code = &cluster->machine->options.code,
                                     .paths = &cluster->paths,
                                     .runtimes_directory = cluster->machine->runtimes_directory,
                                     .program_failure = cluster->program_failure,
                                     .is_staged = takes_code(cluster, job),
                                     .watch = cluster->watch,
                                     .on_unusable = on_unusable,
                                     .on_done = on_submitted,
                                     .userdata = cluster};

    if (text_equal(cluster_watch_view(cluster->watch)->job_id, job->job_id)) return true;
    if (!submit_write_properties(&cluster->paths, job, err)) return false;
    submit_free(TAKE(cluster->submit));
    if (!submit_begin(cluster->machine->loop, &options, job, &cluster->submit, err)) return false;
    job_meter_restart(&cluster->meter, cluster->machine->loop, job->properties_text);
    local_cluster_changed(cluster);
    return true;
}

bool cluster_job_savepoint(struct local_cluster *cluster, const struct savepoint_request *request,
                           struct error *err) {
    const struct savepoint_view *known = &cluster_watch_view(cluster->watch)->savepoint;
    char directory[FILE_PATH_MAX];

    if (text_equal(known->trigger_id, request->trigger_id)) return true;
    if (!app_files_make_snapshot_directory(cluster->machine->data_directory, cluster->spec.app_id,
                                           request->snapshot_name, request->trigger_id, directory,
                                           err))
        return false;
    AUTO(memory_free) char *uri = workspace_uri(directory);
    cluster_watch_savepoint(cluster->watch, request->trigger_id, uri, request->stops_job);
    if (known->state == SAVEPOINT_FAILED) local_cluster_changed(cluster);
    return true;
}

void cluster_job_measure(struct local_cluster *cluster) {
    job_meter_measure(&cluster->meter, cluster->watch, cluster->processes, &cluster->spec.size);
}

void cluster_job_inject(struct local_cluster *cluster, enum insight_fault fault) {
    if (fault == INSIGHT_FAULT_FAIL_SAVEPOINT)
        cluster_watch_fail_savepoint(cluster->watch);
    else
        cluster_processes_kill_one(cluster->processes, fault == INSIGHT_FAULT_KILL_JOBMANAGER);
}
