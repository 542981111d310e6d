// What the clusters count for against the memory budget, and what is told of each.
#include "runtime/local/flink_cluster_parts.h"

static int64_t measured_bytes(const struct cluster *cluster) {
    const struct job_measurement *measured =
        cluster->meter == NULL ? NULL : cluster_meter_result(cluster->meter);

    return measured == NULL || measured->number == 0 ? -1 : (int64_t)measured->memory_bytes;
}

static int64_t counted_bytes(const struct cluster *cluster) {
    return cluster_size_counted_bytes(&cluster->spec.size, measured_bytes(cluster));
}

int64_t flink_clusters_memory_bytes(const struct flink_clusters *owner, bool with_spares) {
    int64_t bytes = 0;

    for (const struct cluster *cluster = owner->clusters; cluster != NULL; cluster = cluster->next)
        if (with_spares || !cluster->is_spare) bytes += counted_bytes(cluster);
    return bytes;
}

// Spares do not count: they give way.
int64_t flink_memory_used_bytes(void *self) {
    return flink_clusters_memory_bytes(self, false);
}

int64_t flink_memory_of_bytes(void *self, const char *cluster_id) {
    const struct cluster *cluster = flink_cluster_find(self, cluster_id);

    return cluster == NULL ? 0 : counted_bytes(cluster);
}

json_t *flink_clusters_status(struct flink_clusters *clusters) {
    static const char *const primings[] = {"NONE", "BOOTING", "PRIMING", "PRIMING", "READY"};
    json_t *list = json_new_array();

    for (struct cluster *cluster = clusters->clusters; cluster != NULL; cluster = cluster->next) {
        json_t *one = json_new_object();
        json_put_text(one, "id", cluster->spec.cluster_id);
        json_put_text(one, "applicationId", cluster->spec.app_id);
        json_put_text(one, "health", cluster_health_name(cluster->health));
        json_put_bool(one, "isSpare", cluster->is_spare);
        if (cluster->spare_id[0] != '\0') json_put_text(one, "spareId", cluster->spare_id);
        if (cluster->is_spare) json_put_text(one, "spare", primings[cluster->priming]);
        json_put_int(one, "slots", cluster_size_slots(&cluster->spec.size));
        json_put_int(one, "memoryBytes", cluster_size_bytes(&cluster->spec.size));
        json_put_int(one, "memoryCountedBytes", counted_bytes(cluster));
        if (measured_bytes(cluster) >= 0)
            json_put_int(one, "memoryUsedBytes", measured_bytes(cluster));
        if (cluster->processes != NULL)
            json_put_int(one, "restPort", cluster_processes_rest_port(cluster->processes));
        json_put_text(one, "logDirectory", cluster->paths.log);
        json_add(list, one);
    }
    return list;
}
