// Enumerations with names: one table of texts, looked up both ways.
#pragma once

#include <stdbool.h>
#include <stddef.h>

// The index of `name` in `names`; false when it is not there. NULL entries never match.
bool names_find(const char *const *names, size_t count, const char *name, size_t *out_index);
