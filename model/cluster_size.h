// The size of a cluster: processes, slots and memory. controller/moves/sizing.h decides it.
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum profile { PROFILE_DEV, PROFILE_AWS, PROFILE_COUNT };

const char *profile_name(enum profile value); // "dev"
bool profile_from_name(const char *name, enum profile *out_value);

struct jobmanager_size {
    int heap_mb;
    int metaspace_mb;
    int overhead_mb; // neither heap nor metaspace: threads, code, off-heap memory
};

struct taskmanager_size {
    int slots;
    int framework_heap_mb;
    int task_heap_mb;
    int framework_off_heap_mb;
    int network_mb;
    int managed_mb; // for RocksDB
    int metaspace_mb;
    int overhead_mb;
    double cpu_cores;
};

struct cluster_size {
    enum profile profile; // also determines JIT and garbage collector
    int taskmanagers;
    struct jobmanager_size jobmanager;
    struct taskmanager_size taskmanager;
};

int64_t cluster_size_jobmanager_bytes(const struct cluster_size *size);
int64_t cluster_size_taskmanager_bytes(const struct cluster_size *size); // of one
int64_t cluster_size_bytes(const struct cluster_size *size);             // of the whole cluster
// The part that counts against the memory budget when the processes use `used_bytes` (negative:
// not measured yet).
int64_t cluster_size_counted_bytes(const struct cluster_size *size, int64_t used_bytes);
bool cluster_size_equal(const struct cluster_size *left, const struct cluster_size *right);
int cluster_size_slots(const struct cluster_size *size);
