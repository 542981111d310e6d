// The tags of applications and of enhanced snapshots. They are not part of the configuration and
// make no version (facts/api.md 7).
#pragma once

#include "controller/service/service.h"

// Writes the tags of a request, [{"Key", "Value"?}], for the id of an application or of an enhanced
// snapshot. Inside a transaction of the caller's.
MUST_CHECK bool app_tags_set(struct app_service *service, const char *owner_id, const json_t *tags,
                             struct error *err);
