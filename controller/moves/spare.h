// Clusters kept ready for the applications that are used: see `keep_spare` of runtime/capacity.h.
#pragma once

#include "controller/service/service.h"

// The application was just used: a spare for its next cluster is useful. Does nothing where it has
// no code, its sources are held, or the runtime has no spares.
void spare_keep(struct app_service *service, const struct app *app);
