// The commands that are clients of a daemon, and the manual: all but `serve` and `runtime`.
#pragma once

#include "cli/client/manual.h"

// What the caller knows and this room does not.
struct cli_program {
    const char *version;
    const struct manual_option *serve_options; // rows of the daemon's options
    size_t serve_option_count;
};

// Is it a command of this room?
bool cli_knows(const char *command);
// Is "--help" or "-h" among the arguments, which end with NULL?
bool cli_asks_for_help(char *const *arguments);

// Reports an unknown command, and returns the exit status for it.
int cli_refuse_command(const char *command);

// Runs a command; `arguments` are those after it, and end with NULL. The exit status: 0 done,
// 1 failed, 2 wrong usage.
int cli_run(const struct cli_program *program, const char *command, char *const *arguments);
