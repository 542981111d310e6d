// The jar in a zip. The service accepts an application as a jar or as a zip that contains one
// (facts/service.md 7.1); Flink accepts jars only.
#pragma once

#include "base/cleanup.h"
#include "base/error.h"

#include <stdint.h>

struct jar_within;

// `*out_jar` is NULL when `path` has to be used as it is: it is not a zip, or a zip with a
// manifest, classes or Python files, or without exactly one jar. Reads the central directory only.
// ERROR_INVALID: it is damaged. ERROR_SYSTEM: it cannot be read.
MUST_CHECK bool jar_within_open(const char *path, struct jar_within **out_jar, struct error *err);
// Its path in the zip; valid as long as `jar`.
const char *jar_within_name(const struct jar_within *jar);
// Writes about the next `slice_bytes` to the descriptor `to`. ERROR_INVALID: the zip is damaged or
// encrypted. ERROR_LIMIT: the jar is larger than `limit_bytes`.
MUST_CHECK bool jar_within_copy(struct jar_within *jar, int to, int64_t slice_bytes,
                                int64_t limit_bytes, bool *out_is_last, struct error *err);
void jar_within_free(struct jar_within *jar);
DEFINE_AUTO(jar_within_free, struct jar_within *);
