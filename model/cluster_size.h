// How large a cluster is: processes, slots and memory. Decided by controller/moves/sizing, obeyed
// by runtime/.
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum profile { PROFILE_DEV, PROFILE_AWS, PROFILE_COUNT };

const char *profile_name(enum profile profile); // "dev"
bool profile_from_name(const char *name, enum profile *out_profile);

struct jobmanager_size {
    int heap_mb;
    int metaspace_mb;
    int overhead_mb; // everything of the process that is no heap and no metaspace: threads, code,
                     // off-heap
};

struct taskmanager_size {
    int slots;
    int framework_heap_mb;
    int task_heap_mb;
    int framework_off_heap_mb;
    int network_mb;
    int managed_mb; // RocksDB's share
    int metaspace_mb;
    int overhead_mb;
    double cpu_cores;
};

struct cluster_size {
    enum profile profile; // also decides JIT and garbage collector
    int taskmanagers;
    struct jobmanager_size jobmanager;
    struct taskmanager_size taskmanager;
};

int64_t cluster_size_jobmanager_bytes(const struct cluster_size *size);
int64_t cluster_size_taskmanager_bytes(const struct cluster_size *size); // of one
int64_t cluster_size_bytes(const struct cluster_size *size);             // of the whole cluster
// What counts of it against the memory budget when its processes use `used_bytes`; negative: that
// is not measured yet.
int64_t cluster_size_counted_bytes(const struct cluster_size *size, int64_t used_bytes);
bool cluster_size_equal(const struct cluster_size *left, const struct cluster_size *right);
int cluster_size_slots(const struct cluster_size *size);
