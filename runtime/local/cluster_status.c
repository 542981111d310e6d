#include "runtime/local/cluster_status.h"

#include "base/text.h"
#include "runtime/local/cluster_memory.h"

#include <string.h>

// Says where to read more if ErrorString has room for it: it is cut at 512 characters
// (facts/api.md 5.10), and the reason matters more than the place.
static void point_to_logs(const struct local_cluster *cluster, struct cluster_view *view) {
    static const size_t ERROR_STRING_MAX = 512;
    size_t used = strlen(view->failure);

    if (used == 0 || used + strlen(cluster->paths.log) + strlen(" (logs: )") > ERROR_STRING_MAX)
        return;
    (void)text_format(view->failure + used, sizeof view->failure - used, " (logs: %s)",
                      cluster->paths.log);
}

static void explain_python(const struct local_cluster *cluster, struct cluster_view *view) {
    char text[sizeof view->failure];

    if (cluster->spec.is_python && cluster->processes != NULL &&
        cluster_memory_is_loss_of_python(view->failure) &&
        cluster_processes_python_kill(cluster->processes, text, sizeof text))
        (void)text_copy(view->failure, sizeof view->failure, text);
}

void cluster_status_view(const struct local_cluster *cluster, struct cluster_view *out_view) {
    // The job that the watch sees while the cluster boots is the primer.
    bool was_ready =
        cluster->watch != NULL && cluster->health != CLUSTER_BOOTING && !cluster->has_clashed;

    *out_view = (struct cluster_view){.health = CLUSTER_ABSENT};
    if (was_ready) *out_view = *cluster_watch_view(cluster->watch);
    out_view->health = cluster->has_clashed ? CLUSTER_BOOTING : cluster->health;
    out_view->is_ended_by_program = cluster->is_ended_by_program;
    out_view->holds_sources = cluster->spec.holds_sources;
    if (out_view->health == CLUSTER_LOST)
        (void)text_copy(out_view->failure, sizeof out_view->failure, cluster->failure);
    explain_python(cluster, out_view);
    cluster_memory_explain(cluster->spec.size.profile, out_view->failure, sizeof out_view->failure);
    point_to_logs(cluster, out_view);
}

static json_t *status_of(const struct local_cluster *cluster) {
    static const char *const stages[] = {[PRIMER_NONE] = "NONE",
                                         [PRIMER_WAITS] = "BOOTING",
                                         [PRIMER_RUNS] = "PRIMING",
                                         [PRIMER_STOPS] = "PRIMING",
                                         [PRIMER_DONE] = "READY"};
    int64_t measured_bytes = cluster_memory_measured_bytes(cluster);
    json_t *one = json_new_object();

    json_put_text(one, "id", cluster->spec.cluster_id);
    json_put_text(one, "applicationId", cluster->spec.app_id);
    json_put_text(one, "health", cluster_health_name(cluster->health));
    json_put_bool(one, "isSpare", cluster->is_spare);
    if (cluster->spare_id[0] != '\0') json_put_text(one, "spareId", cluster->spare_id);
    if (cluster->is_spare) json_put_text(one, "spare", stages[cluster->primer]);
    json_put_int(one, "slots", cluster_size_slots(&cluster->spec.size));
    json_put_int(one, "memoryBytes", cluster_size_bytes(&cluster->spec.size));
    json_put_int(one, "memoryCountedBytes", cluster_memory_counted_bytes(cluster));
    if (measured_bytes >= 0) json_put_int(one, "memoryUsedBytes", measured_bytes);
    if (cluster->processes != NULL)
        json_put_int(one, "restPort", cluster_processes_rest_port(cluster->processes));
    json_put_text(one, "logDirectory", cluster->paths.log);
    return one;
}

json_t *cluster_status_list(const struct cluster_list *list) {
    json_t *all = json_new_array();

    for (const struct local_cluster *cluster = list->first; cluster != NULL;
         cluster = cluster->next)
        json_add(all, status_of(cluster));
    return all;
}
