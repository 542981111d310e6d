// The loop: observe, plan, record, act, for every application that is due.
#pragma once

#include "controller/service/service.h"

// Does the steps that can be done now, for every application that is due. Never waits.
void reconciler_run_due(struct app_service *service);
