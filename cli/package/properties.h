// Runtime properties as users write them, read into PropertyGroups of the API.
#pragma once

#include "base/json.h"

#include <stddef.h>

// The group by which the service runs a Python application (facts/service.md 7.1).
#define PROPERTIES_RUN_OPTIONS "kinesis.analytics.flink.run.options"

// The PropertyMap of a group; NULL: there is no such group.
const json_t *properties_find(const json_t *groups, const char *id);
// The same, which is added if it is missing.
json_t *properties_map_of(json_t *groups, const char *id);

// `text` is JSON, [{"PropertyGroupId", "PropertyMap"}], or lines "Group.key=value" with '#' for
// comments. Adds to `groups` and replaces existing values. `known` as in struct property_source.
// ERROR_INVALID: neither of the two.
MUST_CHECK bool properties_add_text(json_t *groups, const json_t *known, const char *text,
                                    size_t size_bytes, struct error *err);
// One "Group.key=value" or "\"Group\".key=value". A group without quotes ends at the first dot,
// unless a longer one is in `groups`, in `known` or one of the service's own.
MUST_CHECK bool properties_add(json_t *groups, const json_t *known, const char *property,
                               struct error *err);

struct property_source {
    const char *path;              // of a file; NULL = none
    const char *const *properties; // single ones, which override the file
    size_t count;
    const json_t *known; // groups that the application has already; NULL = none
};
MUST_CHECK bool properties_read(const struct property_source *source, json_t **out_groups,
                                struct error *err);
