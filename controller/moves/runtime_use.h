// Which installed runtimes are needed by applications that run or are being moved: they must not be
// removed meanwhile. In memory only.
#pragma once

#include "base/error.h"
#include "model/app.h"

struct app_service;

// Reads the placements of the application; reports a change to the capacity port.
MUST_CHECK bool runtime_use_note(struct app_service *service, const struct app *app,
                                 struct error *err);
// The application was deleted.
void runtime_use_forget(struct app_service *service, const char *app_id);
void runtime_use_free(struct app_service *service);
