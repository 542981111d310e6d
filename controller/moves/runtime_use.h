// Which installed runtimes the applications need that run, or are being moved: nobody may remove
// them meanwhile. In memory only.
#pragma once

#include "base/error.h"
#include "model/app.h"

struct app_service;

// Looks at the application, and tells the clusters' port when something has changed.
MUST_CHECK bool runtime_use_note(struct app_service *service, const struct app *app,
                                 struct error *err);
// The application is gone.
void runtime_use_forget(struct app_service *service, const char *app_id);
void runtime_use_free(struct app_service *service);
