// Why a process ended, from the last lines that it wrote.
#pragma once

#include <stddef.h>

// Finds the newest line that reports an error at the end of a log or of what a process printed: a
// log line of the level ERROR or FATAL, the name of an exception or an error, or a complaint of the
// JVM, its launcher or the sandbox's programs. Exceptions below log lines of another level belong
// to those. "" when there is none: other lines are never a reason. The bytes may be anything; the
// line is text without control characters.
void end_reason_find(const char *tail, size_t tail_bytes, char *out, size_t out_size_bytes);
