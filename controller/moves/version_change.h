// Applies a new version of a configuration: at once while the application is READY, by a move of
// the job while it is RUNNING. Shared by UpdateApplication and the operations on sub-resources.
#pragma once

#include "controller/service/service.h"
#include "model/app_detail.h"

struct version_change {
    const char *operation_name; // of the API
    // UpdateApplication returns an OperationId for a READY application too, the other operations do
    // not (facts/api.md 5.7, 5.10).
    bool is_journalled_when_ready;
    bool sets_parallelism;           // else an autoscaled application keeps its parallelism
    const json_t *run_configuration; // RunConfigurationUpdate, borrowed; NULL = none
};

// Can the application be changed now, and has it the version that the caller expects? The request
// has CurrentApplicationVersionId, ConditionalToken or both (facts/api.md 3.5). ERROR_CONFLICT,
// ERROR_INVALID, ERROR_STALE.
MUST_CHECK bool version_change_check(const struct app_detail *detail, const json_t *request,
                                     struct error *err);
// CurrentApplicationVersionId only, for operations without a ConditionalToken.
MUST_CHECK bool version_change_check_id(const struct app_detail *detail, const json_t *request,
                                        struct error *err);

// Fills `out_version` as the next version, without its configuration and code. ERROR_LIMIT: the
// highest number is used.
MUST_CHECK bool version_change_begin(struct app_service *service, const struct app *app,
                                     struct app_version *out_version, struct error *err);

// Applies `new_detail->version` to the application of `old`; writes the result to
// `new_detail->app`. `out_operation_id` is "" where no operation was opened.
MUST_CHECK bool version_change_apply(struct app_service *service, const struct app_detail *old,
                                     const struct version_change *change,
                                     struct app_detail *new_detail,
                                     char out_operation_id[static APP_OPERATION_ID_SIZE],
                                     struct error *err);
