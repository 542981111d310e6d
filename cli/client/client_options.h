// The options of the clients, and the table of all commands.
#pragma once

#include "base/error.h"
#include "cli/client/manual.h"

#include <stdint.h>

enum { CLIENT_PROPERTIES_MAX = 64, CLIENT_SERVE_ARGUMENTS_MAX = 32, CLIENT_WORDS_MAX = 8 };

// Texts are borrowed from the arguments and the environment.
struct client_options {
    const char *url; // NULL = that of the port on this machine
    bool is_json;
    bool only_names;
    bool follows;
    bool forces;
    bool watches;
    bool is_fresh;
    bool allows_non_restored;
    bool shows_all;
    const char *name;            // NULL = from the file's
    const char *runtime;         // "FLINK-1_20"; NULL = the application's, or what is installed
    const char *properties_file; // NULL = none
    int64_t parallelism;         // 0 = not said
    const char *properties[CLIENT_PROPERTIES_MAX]; // Group.key=value
    size_t property_count;
    const char *serve_arguments[CLIENT_SERVE_ARGUMENTS_MAX]; // for the daemon that `run` may start:
                                                             // flag, value, flag, ...
    size_t serve_argument_count;
    const char *port;                    // what --port or KOBEL_PORT says; NULL = nothing
    const char *words[CLIENT_WORDS_MAX]; // what is no option, ended by NULL
    size_t word_count;
};

// `arguments` are those behind the command, a NULL-terminated vector; `serve` are the rows of the
// daemon's options, which `run` passes on. ERROR_INVALID: wrong usage.
MUST_CHECK bool client_options_read(const char *command, char *const *arguments,
                                    const struct manual_option *serve, size_t serve_count,
                                    struct client_options *out_options, struct error *err);

// The rows of the clients' options.
size_t client_options_rows(struct manual_option *out, size_t limit);

// Every command of the program, the daemon's own included.
const struct manual_command *client_options_commands(size_t *out_count);
