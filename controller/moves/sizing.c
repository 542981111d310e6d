#include "controller/moves/sizing.h"

// A TaskManager of the dev profile holds this many slots before a second one is started: one JVM
// start instead of many (facts/flink.md 3.3: four slots in one take 2.0 s, in four 6.4 s).
static const int DEV_SLOTS_MAX = 8;

static int divide_up(int count, int by) {
    return (count + by - 1) / by;
}

static struct cluster_size size_dev(int parallelism) {
    int taskmanagers = divide_up(parallelism, DEV_SLOTS_MAX);
    int slots = divide_up(parallelism, taskmanagers);

    return (struct cluster_size){
        .profile = PROFILE_DEV,
        .taskmanagers = taskmanagers,
        .jobmanager = {.heap_mb = 128, .metaspace_mb = 192, .overhead_mb = 64},
        .taskmanager =
            {
                .slots = slots,
                .framework_heap_mb = 64,
                .task_heap_mb = 96 + 32 * slots,
                .framework_off_heap_mb = 64,
                // A shuffle of p by p needs about 2 p^2 buffers of 32 kB: with 16 MB a slot p = 8
                // does not fail with "Insufficient number of network buffers".
                .network_mb = 16 + 16 * slots,
                .managed_mb = 32 * slots,
                .metaspace_mb = 192,
                .overhead_mb = 64,
                .cpu_cores = (double)slots,
            },
    };
}

static struct cluster_size size_aws(const struct job_spec *spec, int parallelism) {
    return (struct cluster_size){
        .profile = PROFILE_AWS,
        .taskmanagers = (int)job_spec_kpus_of(parallelism, spec->parallelism_per_kpu),
        .jobmanager = {.heap_mb = 1024, .metaspace_mb = 256, .overhead_mb = 256},
        .taskmanager =
            {
                .slots = spec->parallelism_per_kpu,
                .framework_heap_mb = 128,
                .task_heap_mb = 3 * 1024 - 128,
                .framework_off_heap_mb = 128,
                .network_mb = 128,
                .managed_mb = 384,
                .metaspace_mb = 256,
                .overhead_mb = 128,
                .cpu_cores = 1.0,
            },
    };
}

// Beside the JobManager runs the client of the program, beside a TaskManager a worker for each
// slot, and beside both the process that has PyFlink imported (decisions/0042).
static void add_python(struct cluster_size *size) {
    size->jobmanager.overhead_mb += 300;
    if (size->profile != PROFILE_DEV) return; // the service's KPU has a GiB for this
    size->taskmanager.framework_off_heap_mb += 64;
    size->taskmanager.overhead_mb += 192 + 64 * size->taskmanager.slots;
}

struct cluster_size sizing_for(enum profile profile, const struct job_spec *spec, int parallelism) {
    struct cluster_size size =
        profile == PROFILE_AWS ? size_aws(spec, parallelism) : size_dev(parallelism);

    if (spec->is_python) add_python(&size);
    return size;
}
