// Removes the snapshots that a rule of retention removes: the server's, or that of an application's
// tag (controller/record/retention_policy.h).
#pragma once

#include "controller/record/retention_policy.h"
#include "controller/service/service.h"

// Of FAILED snapshots the newest so many stay, whatever the policy.
#define RETENTION_FAILED_KEPT 50

// Removes what is to go of one application, each with an event that says why. *out_next_ms: when a
// later check may find more; 0 = not before there is another snapshot. A snapshot that cannot be
// removed does not keep the others; false then.
MUST_CHECK bool retention_apply(struct app_service *service, const struct app *app, int64_t now_ms,
                                int64_t *out_next_ms, struct error *err);
