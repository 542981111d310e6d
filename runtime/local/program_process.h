// One process that runs main() of a program to find its operators (runtime/install/inspector/). It
// gets what main() gets in a JobManager: sandbox, limits, environment, properties, settings, and a
// copy of the code. Its directory is that of a spare without an application's state, and is removed
// with it.
#pragma once

#include "runtime/local/machine.h"
#include "runtime/program.h"

// What the service's five minutes for main() are to a user who waits for an answer.
#define PROGRAM_LIMIT_DEFAULT_MS 60000

struct program_process;

// As program_done_fn: called once, not from within program_process_start(); may free the process.
// The order's properties are borrowed for the call. ERROR_UNAVAILABLE: no Java or no runtime;
// ERROR_NOT_FOUND: no code; ERROR_SYSTEM.
MUST_CHECK bool program_process_start(struct machine *machine, const struct program_order *order,
                                      program_done_fn *done, void *userdata,
                                      struct program_process **out_process, struct error *err);
// Kills it if it runs, and waits until it is gone.
void program_process_free(struct program_process *self);
DEFINE_AUTO(program_process_free, struct program_process *);
