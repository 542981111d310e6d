// Why a process ended, from the last lines that it wrote.
#pragma once

#include <stddef.h>

// Finds the newest line that tells of an error in the end of a log or of what a process printed: a
// log line of the level ERROR or FATAL, the name of an exception or an error, or what the JVM, its
// launcher and the sandbox's programs complain with. Exceptions below log lines of another level
// belong to those. `out` is "" when there is none: what a job prints, and what goes well, is never
// a reason. The bytes may be anything; the line is text without control characters.
void end_reason_find(const char *tail, size_t tail_bytes, char *out, size_t out_size_bytes);
