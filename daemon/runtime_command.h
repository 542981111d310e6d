// kobel runtime install | list | remove
#pragma once

#include "daemon/options.h"

// `words` are those behind "runtime". Exit status as documented in the help.
int runtime_command_run(const struct options *options, const char *const *words);
