// Checks of the answers of the daemon after an input of fuzz_daemon.c.
#pragma once

#include "fuzz/fuzz_daemon_world.h"

// The log of the application, `size_bytes` long: as pages and as a stream.
void fuzz_check_log(struct world *world, size_t size_bytes);
// The answers to all questions about the application, metrics included.
void fuzz_check_answers(struct world *world);
