// What a process and everything that it started use, read from /proc.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct process_usage {
    int64_t cpu_ms;       // user and system, of those that live
    int64_t memory_bytes; // proportional set size: shared pages are divided by their users
    int processes;
};

// False: there is no such process (any more).
bool process_usage_read(pid_t pid, struct process_usage *out_usage);
// Resident memory of this process alone; 0 when there is none.
int64_t process_resident_bytes(pid_t pid);
