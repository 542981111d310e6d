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
