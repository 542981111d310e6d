// kobel serve: everything wired together, and the loop.
#pragma once

#include "daemon/options.h"

// Runs until SIGTERM or SIGINT. Exit status as documented in the help.
int daemon_run(const struct options *options);
