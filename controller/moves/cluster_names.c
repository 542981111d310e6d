#include "controller/moves/cluster_names.h"

#include "base/text.h"

struct cluster_names cluster_names_of(const struct app *app) {
    struct cluster_names names = {0};

    for (int slot = 0; slot < SLOT_COUNT; slot++)
        (void)text_copy(names.ids[slot], APP_CLUSTER_ID_SIZE, app->slots[slot].cluster_id);
    return names;
}

void cluster_names_retire_dropped(const struct app_service *service,
                                  const struct cluster_names *before, const struct app *app) {
    for (int slot = 0; slot < SLOT_COUNT; slot++) {
        const char *id = before->ids[slot];
        if (id[0] == '\0' || text_equal(id, app->slots[SLOT_CURRENT].cluster_id) ||
            text_equal(id, app->slots[SLOT_NEXT].cluster_id))
            continue;
        cluster_retire(&service->clusters, id);
    }
}

void cluster_names_retire(const struct app_service *service, const struct cluster_names *names) {
    for (int slot = 0; slot < SLOT_COUNT; slot++)
        if (names->ids[slot][0] != '\0') cluster_retire(&service->clusters, names->ids[slot]);
}
