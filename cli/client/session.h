// What the function of a command gets: its options, a client, the terminal.
#pragma once

#include "base/json.h"
#include "cli/client/client.h"
#include "cli/client/client_options.h"
#include "cli/client/terminal.h"

struct session {
    struct client_options options;
    struct client *client;
    struct terminal out;  // stdout
    const char *app_name; // the first word, for commands about an application
    int exit_status;      // of a command that did not fail; 0 unless it sets another one
};

// False: the command failed.
typedef bool session_command_fn(struct session *session, struct error *err);

// Prints a value for scripts: indented JSON with the members in the order of their creation.
void session_print_json(const struct session *session, const json_t *value);

// Prints the result of a command that changes something: "<subject>: <text> (1.2 s)", or for
// scripts `consumed` with the subject as `member` and DurationMs. `since_us`: the start of the
// command, from clock_monotonic_us().
void session_print_result(const struct session *session, const char *member, const char *subject,
                          int64_t since_us, const char *text, json_t *consumed);

// Prints a text member of each object of an array, one in each line.
void session_print_names(const struct session *session, const json_t *array, const char *member);
