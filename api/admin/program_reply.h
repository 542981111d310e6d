// GET /kobel/v1/applications/<name>/program: the operators that the job of the application's
// current version has: {"operators": [{"id", "uid", "name", "parallelism", "maxParallelism"}],
// "severalJobs"}. "uid" is missing where the program sets none, "maxParallelism" where Flink
// chooses it.
#pragma once

#include "api/admin/admin_reply.h"
#include "controller/commands/app_service_own.h"

struct program_reply;
// `reply` is borrowed for the call.
typedef void program_reply_fn(void *userdata, const struct admin_reply *reply);

// Calls `done` once: before it returns (the result is NULL then), or in a later turn unless
// cancelled.
struct program_reply *program_reply_begin(struct app_service *service,
                                          const struct app_scope *scope, const char *name,
                                          program_reply_fn *done, void *userdata);
void program_reply_cancel(struct program_reply *reply);
