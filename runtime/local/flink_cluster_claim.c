// A spare becomes an application's cluster. Before, its sandbox has the directories of no
// application in sight that its own programs could be asked for; afterwards it has those of this
// one and can never have others: what they lie in is taken away before the cluster is READY, and so
// before the application's program runs.
#include "base/memory.h"
#include "base/text.h"
#include "runtime/host/process.h"
#include "runtime/local/flink_cluster_parts.h"

struct showing {
    struct cluster *cluster;
    int total;
    int left; // processes whose sandbox has not been entered yet
    struct process *processes[];
};

static void finish(struct cluster *cluster) {
    flink_claim_free(cluster);
    cluster->shows_later = false;
    cluster->health = CLUSTER_READY;
    (void)sd_event_source_set_enabled(cluster->boot_timer, SD_EVENT_OFF);
    flink_cluster_changed(cluster);
}

static void on_shown(void *userdata, struct process_end end) {
    struct showing *showing = userdata;
    char how[40];
    char reason[120];

    if (end.was_signalled || end.number != 0) {
        process_end_text(end, how, sizeof how);
        (void)text_format(reason, sizeof reason,
                          "the spare cannot be given the application's directories: %s", how);
        flink_cluster_lose(showing->cluster, reason);
        return;
    }
    if (--showing->left == 0) finish(showing->cluster);
}

static bool show_one(struct cluster *cluster, int index, struct error *err) {
    struct flink_clusters *owner = cluster->owner;
    char mark[sizeof ORPHANS_VARIABLE "=" + ORPHANS_MARK_SIZE];
    const char *const environment[] = {mark, NULL};
    AUTO(argument_list_release) struct argument_list arguments = {0};
    const char *paths[] = {cluster->paths.checkpoints, cluster->paths.snapshots, NULL};
    char apps[FILE_PATH_MAX];

    if (!file_join(apps, sizeof apps, err, owner->data_directory, "apps", NULL)) return false;
    sandbox_show(&owner->options.sandbox, cluster_processes_pid(cluster->processes, index), apps,
                 paths, &arguments);
    (void)text_format(mark, sizeof mark, ORPHANS_VARIABLE "=%s", owner->mark);
    struct process_spec spec = {.arguments = argument_list_items(&arguments),
                                .environment = environment,
                                .output_root = cluster->paths.cluster,
                                .output = WORKSPACE_LOG "/claim.out",
                                .done = on_shown,
                                .userdata = cluster->showing};
    return process_start(owner->loop, &spec, &cluster->showing->processes[index], err);
}

static bool show(struct cluster *cluster, struct error *err) {
    int count = cluster_processes_count(cluster->processes);
    struct showing *showing =
        memory_alloc(sizeof *showing + (size_t)count * sizeof(struct process *));

    *showing = (struct showing){.cluster = cluster, .total = count, .left = count};
    cluster->showing = showing;
    for (int index = 0; index < count; index++)
        if (!show_one(cluster, index, err)) return false;
    return true;
}

void flink_claim_booted(struct cluster *cluster) {
    struct error err;

    if (cluster->showing == NULL && !show(cluster, &err)) flink_cluster_lose(cluster, err.message);
}

bool flink_claim(struct cluster *spare, const struct launch_spec *spec, struct error *err) {
    struct flink_clusters *owner = spare->owner;
    struct workspace_paths paths;

    if (!workspace_claim_spare(owner->data_directory, spare->spare_id, spec->app_id,
                               spec->cluster_id, err) ||
        !workspace_paths_of(owner->data_directory, spec->app_id, spec->cluster_id, &paths, err))
        return false;
    (void)text_copy(paths.temporary, sizeof paths.temporary, spare->paths.temporary);
    spare->paths = paths;
    spare->spec = *spec;
    spare->is_spare = false;
    if (spare->priming == PRIMING_WAITS && !spec->primes) spare->priming = PRIMING_NONE;
    if (!spare->shows_later || spare->health != CLUSTER_READY) return true;
    spare->health = CLUSTER_BOOTING;
    return flink_boot_watch(spare, err) && show(spare, err);
}

void flink_claim_free(struct cluster *cluster) {
    struct showing *showing = TAKE(cluster->showing);

    if (showing == NULL) return;
    for (int index = 0; index < showing->total; index++)
        process_free(showing->processes[index]);
    memory_free(showing);
}
