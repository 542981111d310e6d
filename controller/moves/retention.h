// Removes the snapshots that a rule of retention removes: the server's, or that of an application's
// tag (controller/record/retention_policy.h).
#pragma once

#include "controller/record/retention_policy.h"
#include "controller/service/service.h"

// So many of the newest FAILED snapshots stay, with any policy.
#define RETENTION_FAILED_KEPT 50
// Its value is a rule that overrides the server's.
#define RETENTION_TAG "kobel:snapshot-retention"

// Removes the snapshots of one application that a rule removes, each with an event that has the
// reason. *out_next_ms: when a later check may find more; 0 = not before there is another snapshot.
// False: a snapshot could not be removed; the others were.
MUST_CHECK bool retention_apply(struct app_service *service, const struct app *app, int64_t now_ms,
                                int64_t *out_next_ms, struct error *err);
