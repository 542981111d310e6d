// Maintenance: the job of a RUNNING application moves to another cluster with its state, and
// nothing else changes (facts/service.md 10). It is asked for, or due once in each window of the
// application where the service does maintenance (`maintains`).
#pragma once

#include "controller/service/service.h"

// `app` is RUNNING and no move is in progress; sets its move.
MUST_CHECK bool maintenance_begin(struct app_service *service, struct app *app, struct error *err);

// By the clock; may begin it. `*out_next_ms`: when it is due, 0 = never.
MUST_CHECK bool maintenance_update(struct app_service *service, struct app *app, int64_t now_ms,
                                   int64_t *out_next_ms, struct error *err);
