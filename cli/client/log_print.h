// Prints lines of log files, with their source and colours.
#pragma once

#include "cli/client/log_files.h"
#include "cli/client/log_line.h"
#include "cli/client/terminal.h"

struct log_printer {
    struct terminal out;
    bool only_interesting;     // applies to logs; output of the job is always shown
    bool is_muted;             // nothing is shown
    enum log_line_level level; // of the entry that a stack trace belongs to
    bool shows_entry;
    bool shows_frames; // those of its stack trace
};

// A log_files_line_fn; `userdata` is a struct log_printer.
void log_print_line(void *userdata, const struct log_files_line *line);
