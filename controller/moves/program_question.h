// Which operators a version of an application has, and what a restore point holds for them.
#pragma once

#include "controller/service/service.h"
#include "runtime/savepoint/savepoint_fit.h"

// Inspects the program of a version (runtime/program.h), with `parallelism`; 0 = that of the
// version. `done` is called later, unless cancelled. ERROR_CONFIGURATION: it has no code.
// ERROR_UNSUPPORTED: the port is missing.
MUST_CHECK bool program_question_begin(struct app_service *service, const struct app *app,
                                       int64_t version, int parallelism, program_done_fn *done,
                                       void *userdata, struct program_inspection **out_inspection,
                                       struct error *err);

// Reads the metadata of a restore point, which takes some milliseconds. Errors are those of
// savepoint_metadata_read(). The caller frees it.
MUST_CHECK bool program_question_read(const struct app_service *service, const char *path,
                                      struct savepoint_metadata *out, struct error *err);
