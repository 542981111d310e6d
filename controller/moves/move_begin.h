// How moves begin: the status changes, the operation is opened and the move recorded, in one
// transaction. Then the reconciler is woken. Shared by the commands.
#pragma once

#include "controller/moves/lifecycle.h"
#include "controller/service/service.h"

struct move_order {
    enum move_kind kind;
    enum app_event event;
    const char *operation_name; // in the journal; NULL = that of the kind
    const char *interrupted;    // an operation that this one makes CANCELLED; NULL or "" = none
};

// `app` carries the placements and the parts of `app->move` that are special to the command; kind,
// operation and time are set here.
MUST_CHECK bool move_begin(struct app_service *service, struct app *app,
                           const struct move_order *order, struct error *err);
// The same inside a transaction of the caller's, who calls move_begin_wake() after its commit.
MUST_CHECK bool move_begin_in(struct app_service *service, struct app *app,
                              const struct move_order *order, struct error *err);
void move_begin_wake(struct app_service *service, const struct app *app);

// How the old job of `app->move` ends by the settings of a version: without state, or with a
// savepoint, which gets its name: "<PREFIX>-<app>-<epoch ms>" (facts/api.md 6.1), or that of a
// system snapshot in the enhanced mode.
void move_begin_plan_halt(struct app *app, const struct job_spec *spec, const char *prefix,
                          int64_t now_ms);
// It ends at once, and its newest checkpoint is kept under a name of the same kind. A checkpoint is
// never an enhanced snapshot: its files contain absolute paths.
void move_begin_plan_drop(struct app *app, const char *prefix, int64_t now_ms);
