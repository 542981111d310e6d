#include "model/cluster_size.h"

#include "base/names.h"

static const char *const profile_names[PROFILE_COUNT] = {
    [PROFILE_DEV] = "dev",
    [PROFILE_AWS] = "aws",
};
DEFINE_NAMES(profile, enum profile, profile_names);

static int64_t megabytes(int count) {
    return (int64_t)count << 20;
}

int64_t cluster_size_jobmanager_bytes(const struct cluster_size *size) {
    const struct jobmanager_size *jobmanager = &size->jobmanager;

    return megabytes(jobmanager->heap_mb + jobmanager->metaspace_mb + jobmanager->overhead_mb);
}

int64_t cluster_size_taskmanager_bytes(const struct cluster_size *size) {
    const struct taskmanager_size *taskmanager = &size->taskmanager;

    return megabytes(taskmanager->framework_heap_mb + taskmanager->task_heap_mb +
                     taskmanager->framework_off_heap_mb + taskmanager->network_mb +
                     taskmanager->managed_mb + taskmanager->metaspace_mb +
                     taskmanager->overhead_mb);
}

int64_t cluster_size_bytes(const struct cluster_size *size) {
    return cluster_size_jobmanager_bytes(size) +
           (int64_t)size->taskmanagers * cluster_size_taskmanager_bytes(size);
}

// The used memory plus half of what is reserved but not used. Counting the whole reservation would
// leave idle what dozens of small jobs never touch; counting only the used part would admit more
// clusters than can grow. With the half, the reservations never exceed twice the budget, no cluster
// is started while the others grow, and the kernel limits each to its own reservation.
int64_t cluster_size_counted_bytes(const struct cluster_size *size, int64_t used_bytes) {
    int64_t reserved = cluster_size_bytes(size);

    if (used_bytes < 0) return reserved;
    return used_bytes > reserved ? used_bytes : used_bytes + (reserved - used_bytes) / 2;
}

int cluster_size_slots(const struct cluster_size *size) {
    return size->taskmanagers * size->taskmanager.slots;
}

static bool same_jobmanager(const struct jobmanager_size *left,
                            const struct jobmanager_size *right) {
    return left->heap_mb == right->heap_mb && left->metaspace_mb == right->metaspace_mb &&
           left->overhead_mb == right->overhead_mb;
}

static bool same_taskmanager(const struct taskmanager_size *left,
                             const struct taskmanager_size *right) {
    return left->slots == right->slots && left->framework_heap_mb == right->framework_heap_mb &&
           left->task_heap_mb == right->task_heap_mb &&
           left->framework_off_heap_mb == right->framework_off_heap_mb &&
           left->network_mb == right->network_mb && left->managed_mb == right->managed_mb &&
           left->metaspace_mb == right->metaspace_mb && left->overhead_mb == right->overhead_mb;
}

// cpu_cores is not compared: it follows from slots and profile.
bool cluster_size_equal(const struct cluster_size *left, const struct cluster_size *right) {
    return left->profile == right->profile && left->taskmanagers == right->taskmanagers &&
           same_jobmanager(&left->jobmanager, &right->jobmanager) &&
           same_taskmanager(&left->taskmanager, &right->taskmanager);
}
