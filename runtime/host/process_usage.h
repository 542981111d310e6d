// The resource usage of a process and its descendants, read from /proc.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct process_usage {
    int64_t cpu_ms; // user and system, of the living processes
    // The two parts of resident memory: private pages, and pages of files, which other processes
    // may share. To read them takes microseconds.
    int64_t own_bytes;
    int64_t file_bytes;
    int processes;
};

// False: no such process.
bool process_usage_read(pid_t pid, struct process_usage *out_usage);
// The proportional set size of the same processes: a shared page is divided by the number of its
// users. The kernel visits all pages for it, which takes milliseconds for a JVM.
int64_t process_usage_pss_bytes(pid_t pid);
