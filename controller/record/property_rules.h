// Rules for the property groups of an application.
#pragma once

#include "base/json.h"

// PropertyGroups of a request: no id twice, no delivery stream as a source. ERROR_INVALID.
MUST_CHECK bool property_rules_check_groups(const json_t *groups, struct error *err);
// ERROR_LIMIT: the groups of a record are larger than 50 KiB.
MUST_CHECK bool property_rules_check_size(const json_t *config, struct error *err);
