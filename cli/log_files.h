// The log files of an application's clusters, read as they grow. They are on this machine: kobel's
// clusters are local.
#pragma once

#include "base/cleanup.h"
#include "base/error.h"

#include <stddef.h>

// `source`: "jobmanager" or "taskmanager-1"; `is_output`: stdout and stderr of the process rather
// than its log; `text`: the line without its end;
// a NUL may be part of it.
struct log_files_line {
    const char *source;
    bool is_output;
    const char *text;
    size_t length;
};
typedef void log_files_line_fn(void *userdata, const struct log_files_line *line);

struct log_files;

// `clusters_directory`: <data>/apps/<id>/clusters; it may be there later. With `skips_old` only
// clusters count that are newer than those that are there now.
struct log_files *log_files_new(const char *clusters_directory, bool skips_old,
                                log_files_line_fn *on_line, void *userdata);
void log_files_free(struct log_files *files);
DEFINE_AUTO(log_files_free, struct log_files *);

// Hands on every line that was completed since. Clusters older than the newest that was there at
// the first turn are left out. True: there is more, because one turn takes a few megabytes only.
bool log_files_read(struct log_files *files);
// Lines without an end yet.
void log_files_flush(struct log_files *files);
