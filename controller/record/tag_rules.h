// Rules for the tags of an application or of an enhanced snapshot.
#pragma once

#include "base/json.h"

#include <stdint.h>

// ERROR_INVALID: a key twice, or a reserved one.
MUST_CHECK bool tag_rules_check(const json_t *tags, struct error *err);
// ERROR_TOO_MANY: it would have `count_after` tags, more than `limit`.
MUST_CHECK bool tag_rules_check_count(int64_t count_after, int64_t limit, struct error *err);
