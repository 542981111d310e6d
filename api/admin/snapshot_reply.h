// GET /kobel/v1/applications/<name>/snapshots/<snapshot> and /kobel/v1/snapshots/<snapshot>: what a
// snapshot contains (app_service_show_snapshot()). With ?fit=true also whether the current version
// of the application can be started from it, or else "fitFailure": its program is inspected for
// that. ?of=<application> names another one, which has the snapshot. .../<name>/state is the same
// for the state of the running job: its newest checkpoint, or what it was started from.
#pragma once

#include "api/admin/admin.h"
#include "api/admin/program_reply.h"

struct snapshot_reply;

struct snapshot_path {
    struct app_scope scope;
    char app_name[APP_NAME_SIZE];      // "" = that of an account
    char owner_name[APP_NAME_SIZE];    // the application that has it; "" = the account
    char name[APP_SNAPSHOT_NAME_SIZE]; // "" = the state of the running job
    bool wants_fit;
};

// Reads `rest`, what follows the application `name` in the path. False: another path.
bool snapshot_path_of_app(const struct admin_request *request, const struct app_scope *scope,
                          const char *name, const char *rest, struct snapshot_path *out_path);
bool snapshot_path_of_account(const struct admin_request *request, struct snapshot_path *out_path);

// Calls `done` once: before it returns (the result is NULL then), or in a later turn unless
// cancelled.
struct snapshot_reply *snapshot_reply_begin(struct app_service *service,
                                            const struct snapshot_path *path,
                                            program_reply_fn *done, void *userdata);
void snapshot_reply_cancel(struct snapshot_reply *reply);
