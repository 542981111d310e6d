// Reads the lines of a Flink process's log. Pure.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum log_line_level { LOG_LINE_DEBUG, LOG_LINE_INFO, LOG_LINE_WARN, LOG_LINE_ERROR };

// "2026-11-24 01:53:22,740 INFO  org.example.Job [] - message", as Flink's log4j layout prints it.
struct log_line {
    int64_t time_ms; // in the time zone of the process: for differences only
    enum log_line_level level;
    const char *logger; // borrowed from the line
    size_t logger_length;
    const char *message; // borrowed; up to the end of the line
};

// False: not the first line of an entry, but one of a stack trace, for example.
bool log_line_read(const char *text, struct log_line *out_line);

// Should a developer see it? It is not from Flink's code, or it is a warning of Flink that does not
// belong to every start.
bool log_line_is_interesting(const struct log_line *line);

// Is it written by Flink itself?
bool log_line_is_of_flink(const struct log_line *line);
// A line of a stack trace with a place in the code: "\tat ...", "\t... 12 more".
bool log_line_is_frame(const char *text);
