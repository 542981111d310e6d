// Whether a changed program takes the state of the running job, before that is stopped.
#pragma once

#include "cli/run/run_state.h"

// Prints what the program of `target` does not take. `runtime`: of the application, unless the
// target has another. It is inspected in an application of its own, which takes about a second; a
// failure of the question is not reported, as the update will.
void run_fit_check(struct run *run, const struct run_target *target, const char *runtime);
