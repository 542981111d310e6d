// The restore points of an application: what is on disk, and what its next job starts from.
// controller/moves/restore.h decides, this finds what the decision needs.
#pragma once

#include "controller/moves/restore.h"
#include "controller/service/service.h"

void restore_points_find(struct app_service *service, const struct app *app,
                         struct restore_facts *out_facts);

// What a placement is to start from: where the job of a checkpoint completed a later one while it
// ended, Flink has removed the earlier one.
void restore_points_refresh(struct app_service *service, const struct app *app,
                            struct state_ref *state);

// StartApplication, of a job of `runtime`. ERROR_INVALID: no READY snapshot of that name (in the
// service's words), or none that this runtime can read.
MUST_CHECK bool restore_points_at_start(struct app_service *service, const struct app *app,
                                        const struct run_configuration *run,
                                        enum runtime_environment runtime,
                                        struct state_ref *out_state, struct error *err);

// A move that ends the old job, to a job of `runtime`. Sets what restore_at_move() does.
// ERROR_INVALID: as above, about a snapshot that is named.
MUST_CHECK bool restore_points_at_move(struct app_service *service, struct app *app,
                                       const struct run_configuration *run,
                                       enum runtime_environment runtime, struct error *err);

// Sets what the version before, of that Flink, continues from: the state of slot NEXT.
// ERROR_REQUEST: there is none.
MUST_CHECK bool restore_points_at_roll_back(struct app_service *service, struct app *app,
                                            enum runtime_environment runtime, struct error *err);

// What HALT of the current move left, also where the next job starts from something else.
// *out_found false: nothing, and `out_state` is not written.
MUST_CHECK bool restore_points_of_halt(struct app_service *service, const struct app *app,
                                       struct state_ref *out_state, bool *out_found,
                                       struct error *err);
