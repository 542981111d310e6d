// The logs of an application's clusters, read from the daemon as they grow: it may run in a
// container or on another machine.
#pragma once

#include "cli/client/client.h"

#include <stddef.h>

// `source`: "jobmanager" or "taskmanager-1"; `is_output`: stdout and stderr of the process rather
// than its log; `text`: the line without its end; bytes that are no UTF-8 are U+FFFD.
struct log_files_line {
    const char *source;
    bool is_output;
    const char *text;
    size_t length;
};
typedef void log_files_line_fn(void *userdata, const struct log_files_line *line);

struct log_files;

// `client` is borrowed. Nothing is asked yet.
struct log_files *log_files_new(struct client *client, const char *app_name,
                                log_files_line_fn *on_line, void *userdata);
void log_files_free(struct log_files *files);
DEFINE_AUTO(log_files_free, struct log_files *);

// Before the first reading: what is there already is left out. With `only_newer`, whole clusters:
// what those that are there go on to write, too.
MUST_CHECK bool log_files_skip_old(struct log_files *files, bool only_newer, struct error *err);

// Hands on every line that was completed since. Clusters older than the newest that was there at
// the first reading are left out. *out_has_more: a turn takes a few megabytes only.
MUST_CHECK bool log_files_read(struct log_files *files, bool *out_has_more, struct error *err);
// Lines without an end yet.
void log_files_flush(struct log_files *files);
// There was one to be read, or left out.
bool log_files_has_any(const struct log_files *files);
