#include "runtime/local/cluster_memory.h"

int64_t cluster_memory_measured_bytes(const struct local_cluster *cluster) {
    const struct job_measurement *measured = job_meter_result(&cluster->meter);

    return measured == NULL ? -1 : (int64_t)measured->memory_bytes;
}

int64_t cluster_memory_counted_bytes(const struct local_cluster *cluster) {
    return cluster_size_counted_bytes(&cluster->spec.size, cluster_memory_measured_bytes(cluster));
}

int64_t cluster_memory_total_bytes(const struct cluster_list *list, bool with_spares) {
    int64_t bytes = 0;

    for (const struct local_cluster *cluster = list->first; cluster != NULL;
         cluster = cluster->next)
        if (with_spares || !cluster->is_spare) bytes += cluster_memory_counted_bytes(cluster);
    return bytes;
}
