// An application's code: a jar, or a zip with one in it.
#pragma once

#include <stdint.h>

// The service's limit (facts/api.md 9) of what is uploaded, and of the jar in a zip.
#define CODE_MAX_BYTES ((int64_t)512 << 20)
