#include "runtime/local/cluster_usage.h"

#include "base/clock.h"
#include "base/memory.h"
#include "runtime/host/process_usage.h"

static const int64_t PSS_EVERY_US = 60000000;

struct cluster_usage {
    const struct cluster_processes *processes;
    int pss_turn;   // the process whose pages are read next
    int64_t pss_us; // when pages were last read
    // For each process, the part of its file pages that counts as its own; 1 before they were read.
    double file_shares[];
};

struct cluster_usage *cluster_usage_new(const struct cluster_processes *processes) {
    size_t count = (size_t)cluster_processes_count(processes);
    struct cluster_usage *usage =
        memory_alloc(sizeof *usage + count * sizeof usage->file_shares[0]);

    usage->processes = processes;
    for (size_t index = 0; index < count; index++)
        usage->file_shares[index] = 1;
    return usage;
}

void cluster_usage_free(struct cluster_usage *usage) {
    memory_free(usage);
}

static double share_of(double part, double whole) {
    if (part < 0 || whole <= 0) return 0;
    return part < whole ? part / whole : 1;
}

// Reading all pages of a JVM takes 4 to 5 ms of processor time, and longer while it allocates: so
// one process a minute is read, in turns. The share of its file pages hardly changes. In between,
// its own pages are counted exactly and file pages by that share.
static double memory_of(struct cluster_usage *usage, int index, pid_t pid,
                        const struct process_usage *process) {
    int64_t now_us = clock_monotonic_us();
    double own = (double)process->own_bytes;
    double file = (double)process->file_bytes;

    if (index == usage->pss_turn && now_us - usage->pss_us >= PSS_EVERY_US) {
        usage->pss_turn = (index + 1) % cluster_processes_count(usage->processes);
        usage->pss_us = now_us;
        usage->file_shares[index] = share_of((double)process_usage_pss_bytes(pid) - own, file);
    }
    return own + file * usage->file_shares[index];
}

bool cluster_usage_read(struct cluster_usage *usage, int index, struct cluster_process_usage *out) {
    pid_t pid = cluster_processes_pid(usage->processes, index);
    struct process_usage process;

    if (!process_usage_read(pid, &process)) return false;
    out->cpu_ms = process.cpu_ms;
    out->memory_bytes = memory_of(usage, index, pid, &process);
    return true;
}
