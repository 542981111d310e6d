// How each application gets on: how long a phase of its move has lasted without getting further,
// and which step fails again and again. In memory only, by a clock of real time that the daemon saw
// pass: what bends the service's clock, or halts the daemon, makes nothing late.
#pragma once

#include "controller/moves/plan.h"
#include "controller/service/service.h"

// From so many failures of one step in a row on it is told...
#define PROGRESS_FAILURES_TOLD 3
// ...and after so many, which takes about a minute, it is not tried any more where something else
// can be done.
#define PROGRESS_FAILURES_MAX 10

// How long a job may take from its submission until all its tasks run, by default. It may wait for
// a broker in open(), or read large state; an operation of more than ten minutes counts as stuck on
// the service, too (facts/service.md 1).
#define PROGRESS_START_LIMIT_MS 600000

// One look: counts the time of the phase that the application is in, and writes `view->hopeless`
// where that has a limit which is exceeded, or a step has failed too often.
void progress_look(struct app_service *service, const struct app *app, struct plan_view *view);

// When to look again, of the service's clock; 0: nothing is under way.
int64_t progress_look_again_ms(const struct app_service *service, const char *app_id);

// A job that is meant to run and does not get up for longer than a start may take is told of, once.
MUST_CHECK bool progress_tell(struct app_service *service, const struct app *app,
                              struct error *err);

// The step was tried in vain and is left alone for a while: until then, of the service's clock.
bool progress_holds_back(const struct app_service *service, const char *app_id, enum step_kind kind,
                         int64_t *out_until_ms);
// A step failed. Returns when to try it again, of the service's clock.
int64_t progress_step_failed(struct app_service *service, const char *app_id, enum step_kind kind,
                             const char *reason);
// It, or waiting, went well.
void progress_step_done(struct app_service *service, const char *app_id, enum step_kind kind);

// What is to be said of a step that fails again and again; NULL: none does. Valid until the next
// step.
const char *progress_trouble(const struct app_service *service, const char *app_id);

// Checkpoints that nobody needs could not be removed; the reconciler looks at them when there is
// nothing else to do. True: there are some; that is forgotten then.
void progress_leave_files(struct app_service *service, const char *app_id);
bool progress_takes_left_files(struct app_service *service, const char *app_id);

// Files that nobody needs could not be removed, and are tried again after so long of real time, or
// earlier. True: that is to be told, which it was not for an hour.
#define PROGRESS_FILES_AGAIN_MS 10000
bool progress_tells_of_files(struct app_service *service, const char *app_id);

void progress_forget(struct app_service *service, const char *app_id); // it is gone or at rest
void progress_free(struct app_service *service);
