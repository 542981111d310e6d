// The cause in a Java stack trace. Pure.
#pragma once

#include "base/buffer.h"

// Of a long stack trace only the two ends are read: the beginning has what failed, the end has the
// cause. A program can make one as long as an answer may be.
#define STACK_TRACE_PART_BYTES 32768
#define STACK_TRACE_MAX_BYTES  (2 * STACK_TRACE_PART_BYTES + 64)

// Appends a trace, or its two ends, cut between characters. What does not fit is dropped.
void stack_trace_append(struct buffer *out, const char *trace);

// One line for a trace: the most useful exception, then " StackTrace: " and the root cause where
// that is another one (the service's format, facts/api.md 5.10). Of a function in Python, what
// python_traceback.h reads.
void stack_trace_cause(const char *trace, char *out, size_t size_bytes);
