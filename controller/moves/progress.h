// The progress of each application: how long a phase of its move has lasted without progress, and
// which step fails again and again. In memory only, and in real time while the daemon ran: neither
// a change of the service's clock nor a halted daemon makes a phase exceed its limit.
#pragma once

#include "controller/moves/plan.h"
#include "controller/service/service.h"

// So many failures of one step in a row are reported.
#define PROGRESS_FAILURES_REPORTED 3
// After so many, which takes about a minute, it is not tried any more where the plan has another
// step.
#define PROGRESS_FAILURES_MAX 10

// How long a job may take from its submission until it has started, by default. It may read large
// state, or wait for a broker where a start means that all tasks run. On the service, too, an
// operation of more than ten minutes counts as stuck (facts/service.md 1).
#define PROGRESS_START_LIMIT_MS 600000

// Called in each pass: adds to the time of the application's phase, and writes `view->hopeless`
// where its limit is exceeded, or a step has failed too often.
void progress_observe(struct app_service *service, const struct app *app, struct plan_view *view);

// When to make the next pass, of the service's clock; 0: no phase is in progress.
int64_t progress_observe_again_ms(const struct app_service *service, const char *app_id);

// That all tasks of the current job run, for which the view's `awaits_tasks` asks, is on record.
void progress_tasks_reported(struct app_service *service, const struct app *app);

// Reports a job whose tasks do not all run for longer than a start may take, once.
MUST_CHECK bool progress_report_slow(struct app_service *service, const struct app *app,
                                     struct error *err);

// The step failed and has to wait: until then, of the service's clock.
bool progress_holds_back(const struct app_service *service, const char *app_id, enum step_kind kind,
                         int64_t *out_until_ms);
// A step failed. Returns when to try it again, of the service's clock.
int64_t progress_step_failed(struct app_service *service, const char *app_id, enum step_kind kind,
                             const char *reason);
// The step, or waiting, succeeded.
void progress_step_done(struct app_service *service, const char *app_id, enum step_kind kind);

// Describes a step that fails again and again; NULL: there is none. Valid until the next step.
const char *progress_trouble(const struct app_service *service, const char *app_id);

// Checkpoints that are not needed could not be removed: the reconciler tries again when there is
// nothing else to do. True: there are some, and the mark is cleared.
void progress_leave_files(struct app_service *service, const char *app_id);
bool progress_consume_left_files(struct app_service *service, const char *app_id);

// The removal of files that are not needed is repeated after so long of real time, or earlier.
// True: log that it failed, which was not logged for an hour.
#define PROGRESS_FILES_AGAIN_MS 10000
bool progress_logs_files(struct app_service *service, const char *app_id);

void progress_forget(struct app_service *service, const char *app_id); // it was deleted
void progress_free(struct app_service *service);
