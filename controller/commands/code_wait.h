// A CreateApplication or UpdateApplication that waits until its code is read: what it needs to
// continue, in a list of the service.
#pragma once

#include "controller/commands/app_service_commands.h"
#include "controller/record/app_config.h"

struct code_wait;

// The command. Everything is borrowed.
struct code_command {
    struct app_service *service;
    const struct app_scope *scope;
    const char *name; // of the application
    const json_t *request;
    app_done_fn *done;
    void *userdata;
};

// Continues with a command whose code is read. `artifact` NULL: it has none.
typedef void code_continue_fn(const struct code_command *command,
                              const struct code_artifact *artifact);

// Reads `code`, then calls `resume` with it, or `done` with the reason why it cannot be read, in
// the service's words. Without code, `resume` is called at once. `bytes`: the zip that came with
// the request, which is consumed.
void code_wait_begin(const struct code_command *command, const struct code_request *code,
                     struct buffer *bytes, code_continue_fn *resume);

// Ends every wait with an error. The code store must not call back afterwards.
void code_wait_end_all(struct app_service *service);
