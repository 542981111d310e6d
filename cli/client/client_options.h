// The options of the clients, and the table of all commands.
#pragma once

#include "base/error.h"
#include "cli/client/manual.h"

#include <stdint.h>

enum {
    CLIENT_JARS_MAX = 16,
    CLIENT_PROPERTIES_MAX = 64,
    CLIENT_SERVE_ARGUMENTS_MAX = 32,
    CLIENT_WORDS_MAX = 8
};

// Texts are borrowed from the arguments and the environment.
struct client_options {
    const char *url; // NULL = the daemon at the port on this machine
    bool is_json;
    bool only_names;
    bool follows;
    bool forces;
    bool watches;
    bool is_fresh;
    bool allows_non_restored;
    bool shows_all;
    bool is_checked_only; // --no-start
    bool holds_sources;
    bool is_kept;
    const char *snapshot;    // NULL = not given
    const char *application; // that has it; NULL = not given
    const char *name;        // NULL = from the name of the file
    const char *runtime;     // "FLINK-1_20"; NULL = that of the application, or an installed one
    const char *properties_file;                   // NULL = none
    int64_t parallelism;                           // 0 = not given
    const char *properties[CLIENT_PROPERTIES_MAX]; // Group.key=value
    size_t property_count;
    const char *jars[CLIENT_JARS_MAX]; // that a script needs
    size_t jar_count;
    // For the daemon that `run` may start: flag, value, flag, ...
    const char *serve_arguments[CLIENT_SERVE_ARGUMENTS_MAX];
    size_t serve_argument_count;
    const char *port;                    // of --port or KOBEL_PORT; NULL = not given
    const char *words[CLIENT_WORDS_MAX]; // the arguments that are not options; ends with NULL
    size_t word_count;
};

// `arguments` are those after the command, and end with NULL; `serve` are the rows of the daemon's
// options, which `run` passes on. ERROR_INVALID: wrong usage.
MUST_CHECK bool client_options_read(const char *command, char *const *arguments,
                                    const struct manual_option *serve, size_t serve_count,
                                    struct client_options *out_options, struct error *err);

// The rows of the clients' options.
size_t client_options_rows(struct manual_option *out, size_t limit);

// Every command of the program, also those of the daemon.
const struct manual_command *client_options_commands(size_t *out_count);
