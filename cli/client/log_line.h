// What a line of a Flink process's log says. Pure.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum log_line_level { LOG_LINE_DEBUG, LOG_LINE_INFO, LOG_LINE_WARN, LOG_LINE_ERROR };

// "2026-11-24 01:53:22,740 INFO  org.example.Job [] - message", as Flink's log4j layout prints it.
struct log_line {
    int64_t time_ms; // in the time zone of the process: good for differences only
    enum log_line_level level;
    const char *logger; // borrowed from the line
    size_t logger_length;
    const char *message; // borrowed; up to the end of the line
};

// False: no beginning of an entry, such as a line of a stack trace.
bool log_line_read(const char *text, struct log_line *out_line);

// Is it worth a developer's eyes: from code that is not Flink's own, or a warning of Flink that is
// not part of every start?
bool log_line_is_of_interest(const struct log_line *line);

// Is it written by Flink itself?
bool log_line_is_of_flink(const struct log_line *line);
// A line of a stack trace that says where it was, not what: "\tat ...", "\t... 12 more".
bool log_line_is_frame(const char *text);
