// kobel runtime install | list | remove
#pragma once

#include "daemon/options.h"

// `words` are the arguments after "runtime". The exit status is the one that the help documents.
int runtime_command_run(const struct options *options, const char *const *words);
