// The logs of an application's clusters, read from the daemon as they grow. They are not read as
// files, because the daemon may run in a container or on another machine.
#pragma once

#include "cli/client/client.h"

#include <stddef.h>

struct log_files_line {
    const char *source; // "jobmanager" or "taskmanager-1"
    bool is_output;     // stdout and stderr of the process, not its log
    const char *text;   // without its line end; bytes that are not UTF-8 are U+FFFD
    size_t length;
};
typedef void log_files_line_fn(void *userdata, const struct log_files_line *line);

struct log_files;

// `client` is borrowed. Sends no request yet.
struct log_files *log_files_new(struct client *client, const char *app_name,
                                log_files_line_fn *on_line, void *userdata);
void log_files_free(struct log_files *files);
DEFINE_AUTO(log_files_free, struct log_files *);

// Before the first reading: skips the lines that exist. With `only_newer`, also all that the
// existing clusters will write.
MUST_CHECK bool log_files_skip_old(struct log_files *files, bool only_newer, struct error *err);

// Calls back for every line that was completed since the last call. Skips clusters older than the
// newest one at the first reading. *out_has_more: one call reads a few megabytes
// only. `err` is not NULL.
MUST_CHECK bool log_files_read(struct log_files *files, bool *out_has_more, struct error *err);
// Calls back for lines without an end.
void log_files_flush(struct log_files *files);
// Was there a log to read or to skip?
bool log_files_has_any(const struct log_files *files);
