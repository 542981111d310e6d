// Removes code that no version of any application names: of deleted applications, of versions that
// were removed, and of requests that were refused.
#pragma once

#include "controller/service/service.h"

// Its name in the work queue, among the ids of applications.
#define CODE_COLLECT_ID "code"

// Code may be unused: checked in a moment, together with what else becomes unused until then.
void code_collect_soon(struct app_service *service);
// Takes one step of it; the next one is queued where there is more.
void code_collect_run(struct app_service *service);
