// Which runtime an application of `run` gets.
#pragma once

#include "cli/run/run_state.h"

enum { RUN_RUNTIME_SIZE = 32 };

// Of what the user said, of what the application has (`detail`; NULL: there is no application yet)
// and of what is installed: "" = it keeps its own. ERROR_UNAVAILABLE: the one that is wanted is not
// installed; nothing was changed.
MUST_CHECK bool run_choose_runtime(struct run *run, const json_t *detail,
                                   char out[static RUN_RUNTIME_SIZE], struct error *err);
