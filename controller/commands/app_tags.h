// The tags of applications. They are not part of the configuration and make no version
// (facts/api.md 7).
#pragma once

#include "controller/service/service.h"

// Writes the tags of a request, [{"Key", "Value"?}]. Inside a transaction of the caller's.
MUST_CHECK bool app_tags_set(struct app_service *service, const char *app_id, const json_t *tags,
                             struct error *err);
