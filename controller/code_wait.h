// A Create or Update that waits until its code has been read: what it needs to go on, kept in a
// list of the service.
#pragma once

#include "controller/app_config.h"
#include "controller/app_service.h"

struct code_wait;

// Goes on with a request whose code is there (NULL: it brings none).
typedef void code_continue_fn(struct app_service *service, const struct app_scope *scope,
                              const json_t *request, const struct code_artifact *artifact,
                              app_done_fn *done, void *userdata);

// Starts to read `code` (`bytes`: of a zip that came with the request; taken) and calls `go_on`
// with it, or `done` with the reason why it cannot be read, in the service's words. Without code
// `go_on` is called at once.
void code_wait_begin(struct app_service *service, const struct app_scope *scope,
                     const json_t *request, const struct code_request *code, struct buffer *bytes,
                     code_continue_fn *go_on, app_done_fn *done, void *userdata);

// Answers every wait with a failure; the code store must not call back afterwards.
void code_waits_end(struct app_service *service);
