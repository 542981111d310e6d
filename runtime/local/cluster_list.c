#include "runtime/local/cluster_list.h"

#include "base/text.h"
#include "runtime/local/workspace_retire.h"
#include "runtime/local/workspace_spare.h"

struct local_cluster *cluster_list_find(const struct cluster_list *list, const char *cluster_id) {
    for (struct local_cluster *cluster = list->first; cluster != NULL; cluster = cluster->next)
        if (!cluster->is_spare && text_equal(cluster->spec.cluster_id, cluster_id)) return cluster;
    return NULL;
}

struct local_cluster *cluster_list_find_ready(const struct cluster_list *list,
                                              const char *cluster_id, struct error *err) {
    struct local_cluster *cluster = cluster_list_find(list, cluster_id);

    if (cluster != NULL && cluster->health == CLUSTER_READY) return cluster;
    (void)error_set(err, ERROR_UNAVAILABLE, "cluster '%s' is not ready", cluster_id);
    return NULL;
}

// --- the end ---

// What cannot be removed now is removed by workspace_clean() at the next start.
static void leave_directory(const char *data, const struct launch_spec *spec, bool is_spare) {
    if (is_spare)
        error_ignore(workspace_remove_spare(data, spec->cluster_id, NULL));
    else
        error_ignore(workspace_replace_link(data, spec->app_id, spec->cluster_id, NULL) &&
                     workspace_retire(data, spec->app_id, spec->cluster_id, NULL));
}

void cluster_list_end(struct cluster_list *list, struct local_cluster *cluster) {
    struct local_cluster **place = &list->first;
    struct launch_spec spec = cluster->spec;
    bool is_spare = cluster->is_spare;

    while (*place != cluster)
        place = &(*place)->next;
    *place = cluster->next;
    local_cluster_free(cluster);
    leave_directory(list->machine->data_directory, &spec, is_spare);
    machine_files_changed(list->machine, spec.app_id);
}

void cluster_list_release(struct cluster_list *list) {
    // All are killed first, so that their ends are waited for together.
    for (struct local_cluster *cluster = list->first; cluster != NULL; cluster = cluster->next)
        cluster_processes_kill(cluster->processes);
    while (list->first != NULL) {
        struct local_cluster *cluster = list->first;
        list->first = cluster->next;
        local_cluster_free(cluster);
    }
}

// --- starting ---

// The same launch on other ports: what another program does is not a failure of the application. If
// this fails, the cluster is ABSENT, and the controller launches another one.
static void start_again(struct cluster_list *list, struct local_cluster *cluster) {
    const struct local_options *options = &list->machine->options;
    struct launch_spec spec = cluster->spec;
    int clashes = cluster->clashes + 1;

    cluster_list_end(list, cluster);
    if (cluster_list_start(list, &spec, false, NULL)) list->first->clashes = clashes;
    if (options->on_change != NULL) options->on_change(options->userdata, spec.app_id);
}

static void on_lost(void *userdata, struct local_cluster *cluster) {
    struct cluster_list *list = userdata;

    if (cluster->is_spare)
        cluster_list_end(list, cluster);
    else if (cluster->has_clashed)
        start_again(list, cluster);
    else
        local_cluster_stop(cluster); // its last view is kept until it is retired
}

bool cluster_list_start(struct cluster_list *list, const struct launch_spec *spec, bool is_spare,
                        struct error *err) {
    struct local_cluster *cluster;

    if (!local_cluster_start(list->machine, spec, is_spare, on_lost, list, &cluster, err)) {
        leave_directory(list->machine->data_directory, spec, is_spare);
        return false;
    }
    cluster->next = list->first;
    list->first = cluster;
    disk_usage_touch(list->machine->usage, spec->app_id);
    return true;
}
