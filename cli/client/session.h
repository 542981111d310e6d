// What a command of the clients works with.
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
    int exit_status;      // what a command that did its work may say instead of 0
};

// False: the command failed.
typedef bool session_command_fn(struct session *session, struct error *err);

// Prints a value for scripts: indented JSON with the members in order of their making.
void session_print_json(const struct session *session, const json_t *value);
