// Inspects programs: one process at a time, in the order of the requests. Implements
// runtime/program.h.
#pragma once

#include "runtime/local/machine.h"
#include "runtime/program.h"

struct program_inspector;

// `machine` is borrowed.
MUST_CHECK bool program_inspector_new(struct machine *machine,
                                      struct program_inspector **out_inspector, struct error *err);
struct program_port program_inspector_port(struct program_inspector *inspector);
// Kills the process that runs. `done` of what waits is not called any more.
void program_inspector_free(struct program_inspector *self);
DEFINE_AUTO(program_inspector_free, struct program_inspector *);
