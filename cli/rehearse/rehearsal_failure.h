// Why a job of a rehearsal does not work, as it is printed.
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { REHEARSAL_FAILURE_SIZE = 2048 };

// The place of the logs is removed with the application, unless that is kept: in place of it the
// text says what keeps them.
void rehearsal_failure_text(const char *failure, bool is_kept, char *out, size_t size_bytes);
