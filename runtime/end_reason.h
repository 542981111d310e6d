// Why a process ended, from the last lines that it wrote.
#pragma once

#include <stddef.h>

// Finds the newest line that tells of an error in the end of a log or of what a process printed: a
// log line of the level ERROR or FATAL, an exception or an error of the JVM, or what the sandbox's
// programs say. Without one the newest line that is no log line of another level and no frame of a
// stack trace. `out` is "" when there is neither: lines of INFO and below are never a reason. The
// bytes may be anything.
void end_reason_find(const char *tail, size_t tail_bytes, char *out, size_t out_size_bytes);
