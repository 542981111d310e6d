// Which runtime an application of `run` gets.
#pragma once

#include "cli/run/run_state.h"

enum { RUN_RUNTIME_SIZE = 32 };

// Chooses by the option --runtime, by the application (`detail`; NULL: there is none yet) and by
// what is installed. "" = the application keeps its runtime. ERROR_UNAVAILABLE: the runtime is not
// installed; nothing was changed.
MUST_CHECK bool run_choose_runtime(struct run *run, const json_t *detail,
                                   char out[static RUN_RUNTIME_SIZE], struct error *err);
