// Limits how much of the disk the logs of a cluster take. A program that prints without end, or
// fails and is restarted without end, would fill it.
//
// Each process appends to its log and its output by itself. So their oldest part is given back to
// the file system while they write: the newest lines stay, and no line that is written meanwhile is
// lost. The beginning of a file becomes a hole. Once that is large, the file is cut there, so that
// it does not become ever longer. base/growing_file.h reads such a file. The work is done in
// pieces between other turns of the loop. Cutting waits for the disk, so a child process does it.
//
// Other files that a program writes are not counted.
#pragma once

#include "base/cleanup.h"
#include "base/error.h"

#include <stdint.h>
#include <systemd/sd-event.h>

#define LOG_BUDGET_DEFAULT_BYTES   ((int64_t)200 << 20) // of one cluster
#define LOG_BUDGET_MIN_BYTES       ((int64_t)1 << 20)
#define LOG_BUDGET_ALIGNMENT_BYTES 4096

// How many bytes from the beginning of a file are given back, so that half of its share stays; 0:
// it takes less than its share. `used_bytes` is what it takes of the disk.
int64_t log_budget_gap(int64_t size_bytes, int64_t used_bytes, int64_t share_bytes);
// How much of a gap at the beginning of a file is cut off; 0: it is not worth it.
int64_t log_budget_cut(int64_t gap_bytes);

struct log_budget;

// Keeps the logs and outputs of a JobManager and so many TaskManagers within the budget until it is
// freed; they lie in WORKSPACE_LOG of `cluster_root`. ERROR_SYSTEM.
MUST_CHECK bool log_budget_new(sd_event *loop, const char *cluster_root, int taskmanagers,
                               int64_t budget_bytes, struct log_budget **out_budget,
                               struct error *err);
void log_budget_free(struct log_budget *budget); // NULL is legal
DEFINE_AUTO(log_budget_free, struct log_budget *);
