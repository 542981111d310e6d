// The clusters that a record names: those that it does not name after a commit are retired.
#pragma once

#include "controller/service/service.h"

struct cluster_names {
    char ids[SLOT_COUNT][APP_CLUSTER_ID_SIZE]; // "" = none
};

struct cluster_names cluster_names_of(const struct app *app);

// Those of `before` that `app` does not name any more.
void cluster_names_retire_dropped(const struct app_service *service,
                                  const struct cluster_names *before, const struct app *app);
void cluster_names_retire(const struct app_service *service, const struct cluster_names *names);
