// kobel serve: opens every part of the daemon, runs the loop, closes them.
#pragma once

#include "daemon/options.h"

// Runs until SIGTERM or SIGINT. The exit status: 0 stopped, 1 it could not serve.
int daemon_run(const struct options *options);
