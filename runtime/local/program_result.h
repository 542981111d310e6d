// What an inspected program's process (runtime/install/inspector/) has written. User code runs in
// that process, so it may be anything. Pure.
#pragma once

#include "base/error.h"
#include "runtime/program.h"

// Less than JOB_OPERATORS_MAX: so many are parsed, and shown as JSON, in 20 ms.
enum { PROGRAM_OPERATORS_MAX = 4000 };
#define PROGRAM_RESULT_MAX_BYTES ((size_t)1 << 20)

// The caller frees the graph. ERROR_INVALID: main() failed, in the words of the result; or it is
// not a result.
MUST_CHECK bool program_result_read(const char *bytes, size_t size_bytes,
                                    struct program_report *out_report, struct error *err);
