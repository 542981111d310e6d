// Runtime properties as users write them, read into PropertyGroups of the API.
#pragma once

#include "base/json.h"

#include <stddef.h>

// `text` is JSON, [{"PropertyGroupId", "PropertyMap"}], or lines "Group.key=value" with '#' for
// comments. Adds to `groups` and replaces
// existing values. ERROR_INVALID: neither of the two.
MUST_CHECK bool properties_add_text(json_t *groups, const char *text, size_t size_bytes,
                                    struct error *err);
// One "Group.key=value".
MUST_CHECK bool properties_add(json_t *groups, const char *property, struct error *err);

// The groups of a file (NULL = none) and of single properties, which override the file.
MUST_CHECK bool properties_read(const char *path, const char *const *properties, size_t count,
                                json_t **out_groups, struct error *err);
