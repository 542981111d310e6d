// What a process and everything that it started use, read from /proc.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct process_usage {
    int64_t cpu_ms; // user and system, of those that live
    // Resident memory, as its two parts: what is a process's own, and what it may share with others
    // that have the same file mapped. Costs microseconds.
    int64_t own_bytes;
    int64_t file_bytes;
    int processes;
};

// False: there is no such process (any more).
bool process_usage_read(pid_t pid, struct process_usage *out_usage);
// The proportional set size of the same processes: shared pages are divided by their users. The
// kernel walks through all of their pages for it, which takes a JVM's milliseconds.
int64_t process_usage_pss_bytes(pid_t pid);
