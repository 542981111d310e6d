#include "controller/moves/roll_back.h"

#include "base/random_id.h"
#include "base/text.h"
#include "controller/moves/code_collect.h"
#include "storage/version_store.h"

bool roll_back_add_version(struct app_service *service, const struct app *app, int64_t target,
                           struct error *err) {
    AUTO(app_version_release) struct app_version version = {0};

    if (!service_load_version(service, app->id, target, &version, err)) return false;
    version.version = app->version + 1;
    version.created_at_ms = service_now_ms(service);
    version.updated_from = app->version;
    version.rolled_back_from = app->version;
    version.rolled_back_to = target;
    version.is_rolled_back = false;
    random_id_hex(version.token, 32);
    if (version.version > VERSIONS_KEPT) code_collect_soon(service);
    return version_store_add(service->db, app->id, &version, err) &&
           version_store_mark_rolled_back(service->db, app->id, app->version, true, err);
}

void roll_back_place(struct app *app, bool old_cluster_stands) {
    const struct placement old = app->slots[SLOT_CURRENT];
    struct placement *next = &app->slots[SLOT_NEXT];

    next->phase = old_cluster_stands ? PLACEMENT_LAUNCHED : PLACEMENT_PLANNED;
    (void)text_copy(next->cluster_id, sizeof next->cluster_id,
                    old_cluster_stands ? old.cluster_id : "");
    next->job_id[0] = '\0';
    next->version = app->version + 1;
    if (old.phase != PLACEMENT_EMPTY) next->parallelism = old.parallelism;
    next->attempt = 0;
    next->not_before_ms = 0;
    next->allow_non_restored_state = false;
    app->slots[SLOT_CURRENT] = (struct placement){0};
    app->move.failure[0] = '\0';
}

void roll_back_count(struct app *app, int64_t now_ms) {
    app->move.previous_version = app->version;
    app->version++;
    app->updated_at_ms = now_ms;
}
