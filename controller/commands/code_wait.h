// A Create or Update that waits until its code has been read: what it needs to continue, kept in a
// list of the service.
#pragma once

#include "controller/commands/app_service_commands.h"
#include "controller/record/app_config.h"

struct code_wait;

// The command; everything is borrowed.
struct code_command {
    struct app_service *service;
    const struct app_scope *scope;
    const char *name; // of the application
    const json_t *request;
    app_done_fn *done;
    void *userdata;
};

// Continues with a command whose code is there (NULL: it brings none).
typedef void code_continue_fn(const struct code_command *command,
                              const struct code_artifact *artifact);

// Starts to read `code` (`bytes`: of a zip that came with the request; taken) and calls `go_on`
// with it, or `done` with the reason why it cannot be read, in the service's words. Without code
// `go_on` is called at once.
void code_wait_begin(const struct code_command *command, const struct code_request *code,
                     struct buffer *bytes, code_continue_fn *go_on);

// Answers every wait with a failure; the code store must not call back afterwards.
void code_wait_end_all(struct app_service *service);
