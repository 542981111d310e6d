// A move that failed because its job could not be restored: which state does not fit the program.
// Found before the move is ended, in memory only. The program is inspected for it, which takes a
// second or two.
#pragma once

#include "controller/moves/plan.h"
#include "controller/service/service.h"

// Where `step` ends such a move: true while it has to wait, until *out_until_ms of the service's
// clock at most. False otherwise; `view->misfit` is set where there is something to report.
bool misfit_holds_back(struct app_service *service, const struct app *app, struct plan_view *view,
                       const struct step *step, int64_t *out_until_ms);

void misfit_forget(struct app_service *service, const char *app_id); // the move has ended
void misfit_free(struct app_service *service);
