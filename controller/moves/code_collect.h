// Removes code that no version of any application names any more: of deleted applications, of
// versions that were taken back, and of requests that were refused.
#pragma once

#include "controller/service/service.h"

// What stands for it in the work queue, among the ids of applications.
#define CODE_COLLECT_ID "code"

// Something may be unused: looked at in a moment, when more of the kind has happened.
void code_collect_soon(struct app_service *service);
// Takes one step of it; the next one is queued where there is more.
void code_collect_run(struct app_service *service);
