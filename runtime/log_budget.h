// What the logs of a cluster may take of the disk. A program that prints without end, or fails and
// is restarted without end, would fill it.
//
// Each process appends to its log and its output by itself, so their oldest part is given back to
// the file system under the writer: a file keeps its length, its beginning becomes a gap, and its
// newest lines stay. Whoever follows a file by its offset goes on; whoever begins at 0 skips the
// gap (file_after_gap() in base/file_inside.h).
#pragma once

#include <stdint.h>

#define LOG_BUDGET_DEFAULT_BYTES   ((int64_t)200 << 20) // of one cluster
#define LOG_BUDGET_MIN_BYTES       ((int64_t)1 << 20)
#define LOG_BUDGET_EVERY_US        1000000
#define LOG_BUDGET_ALIGNMENT_BYTES 4096

// How many bytes from the beginning of a file are given back, so that the newer half of its share
// stays; 0: it takes less than its share. `used_bytes` is what it takes of the disk.
int64_t log_budget_gap(int64_t size_bytes, int64_t used_bytes, int64_t share_bytes);

// Looks at the logs and outputs of the processes of a cluster, and shortens what is too long.
void log_budget_keep(const char *log_directory, int64_t budget_bytes);
