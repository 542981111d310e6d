// Gathers the facts about an application's jar.
#pragma once

#include "base/error.h"
#include "cli/doctor/jar_facts.h"

// ERROR_NOT_FOUND: no such file. ERROR_INVALID: not a zip archive, or a damaged one.
MUST_CHECK bool jar_read(const char *path, struct jar_facts *out_facts, struct error *err);
