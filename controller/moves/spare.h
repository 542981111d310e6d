// Clusters kept ready for the applications that are used: see `keep_spare` of runtime/capacity.h.
#pragma once

#include "controller/service/service.h"

// The application was just used: its next cluster will look like this one. Nothing happens where it
// has no code, or the runtime takes no spares.
void spare_keep(struct app_service *service, const struct app *app);
