#include "runtime/local/cluster_memory.h"

#include "base/text.h"

#include <string.h>

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

static const char *limit_of(const char *failure) {
    static const char *const limits[][2] = {
        {"OutOfMemoryError: Java heap space", "the heap"},
        {"OutOfMemoryError: GC overhead", "the heap"},
        {"OutOfMemoryError: Metaspace", "the metaspace"},
        {"OutOfMemoryError: Compressed class", "the metaspace"},
        {"OutOfMemoryError: Direct buffer", "the direct memory"},
        {"OutOfMemoryError: Cannot reserve", "the direct memory"},
        {"OutOfDirectMemoryError", "the direct memory"},
        {"was killed at its memory limit", "the memory of a process"},
    };

    for (size_t index = 0; index < COUNT_OF(limits); index++)
        if (strstr(failure, limits[index][0]) != NULL) return limits[index][1];
    return NULL;
}

void cluster_memory_explain(enum profile profile, char *failure, size_t size_bytes) {
    const char *limit = limit_of(failure);
    char text[APP_FAILURE_SIZE];

    if (profile != PROFILE_DEV || limit == NULL) return;
    (void)text_format(text, sizeof text,
                      "the program needs more than the limit of %s, which --kpu-memory of the "
                      "daemon raises: %s",
                      limit, failure);
    (void)text_copy(failure, size_bytes, text);
}

bool cluster_memory_is_loss_of_python(const char *failure) {
    static const char *const losses[] = {"Python process exits with code: 137",
                                         "StatusRuntimeException: CANCELLED",
                                         "Process died with exit code 137"};

    for (size_t index = 0; index < COUNT_OF(losses); index++)
        if (strstr(failure, losses[index]) != NULL) return true;
    return false;
}
