#include "runtime/flink/process_shares.h"

#include "base/clock.h"
#include "base/memory.h"

void process_shares_init(struct process_shares *shares, int count) {
    *shares = (struct process_shares){.count = count};
    shares->last_cpu_ms = memory_alloc((size_t)count * sizeof *shares->last_cpu_ms);
}

void process_shares_release(struct process_shares *shares) {
    memory_free(shares->last_cpu_ms);
}

// The JobManager counts for its memory only: the service's processor figure is that of the
// TaskManagers' containers (facts/flink.md 7.3).
void process_shares_measure(struct process_shares *shares, const struct cluster_size *size,
                            process_read_fn *read, void *userdata, struct job_measurement *next) {
    int64_t now_us = clock_monotonic_us();
    double passed_ms = shares->last_us == 0 ? -1 : (double)(now_us - shares->last_us) / 1000;
    double promised = (double)cluster_size_taskmanager_bytes(size);
    double sum = 0;
    int counted = 0;

    next->cpu_max_ratio = next->memory_max_ratio = MEASUREMENT_UNKNOWN;
    for (int index = 0; index < shares->count; index++) {
        struct cluster_process_usage usage;
        if (!read(userdata, index, &usage)) continue;
        next->memory_bytes += usage.memory_bytes;
        next->cpu_seconds += (double)usage.cpu_ms / 1000;
        double used_ms = (double)(usage.cpu_ms - shares->last_cpu_ms[index]);
        shares->last_cpu_ms[index] = usage.cpu_ms;
        if (index == 0) continue;
        double cpu = job_measurement_ratio(used_ms, passed_ms * size->taskmanager.cpu_cores);
        double memory = job_measurement_ratio(usage.memory_bytes, promised);
        if (cpu > next->cpu_max_ratio) next->cpu_max_ratio = cpu;
        if (memory > next->memory_max_ratio) next->memory_max_ratio = memory;
        if (cpu >= 0) sum += cpu;
        if (cpu >= 0) counted++;
    }
    next->cpu_mean_ratio = counted > 0 ? sum / counted : MEASUREMENT_UNKNOWN;
    shares->last_us = now_us;
}
