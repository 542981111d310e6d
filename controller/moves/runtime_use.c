#include "controller/moves/runtime_use.h"

#include "base/memory.h"
#include "base/text.h"
#include "controller/service/service.h"
#include "storage/app_store.h"

struct runtime_use {
    struct runtime_use *next;
    char app_id[APP_ID_SIZE];
    int64_t versions[SLOT_COUNT]; // that the slots run, or are to run; 0 = none
    uint32_t runtimes;            // of these versions, a bit each
};

static struct runtime_use **find(struct app_service *service, const char *app_id) {
    struct runtime_use **place = &service->runtime_uses;

    while (*place != NULL && !text_equal((*place)->app_id, app_id))
        place = &(*place)->next;
    return place;
}

static void report(const struct app_service *service) {
    uint32_t runtimes = 0;

    for (const struct runtime_use *use = service->runtime_uses; use != NULL; use = use->next)
        runtimes |= use->runtimes;
    capacity_hold_runtimes(&service->capacity, runtimes);
}

void runtime_use_forget(struct app_service *service, const char *app_id) {
    struct runtime_use **place = find(service, app_id);
    struct runtime_use *use = *place;

    if (use == NULL) return;
    *place = use->next;
    memory_free(use);
    report(service);
}

void runtime_use_free(struct app_service *service) {
    while (service->runtime_uses != NULL)
        runtime_use_forget(service, service->runtime_uses->app_id);
}

static bool add_version(struct app_service *service, const char *app_id, int64_t number,
                        uint32_t *runtimes, struct error *err) {
    struct job_spec spec;

    if (number == 0) return true;
    if (!service_load_spec(service, app_id, number, &spec, err)) return false;
    *runtimes |= UINT32_C(1) << spec.runtime;
    return true;
}

bool runtime_use_note(struct app_service *service, const struct app *app, struct error *err) {
    struct runtime_use now = {0};
    struct runtime_use *known = *find(service, app->id);

    for (int slot = 0; slot < SLOT_COUNT; slot++)
        if (app->slots[slot].phase != PLACEMENT_EMPTY)
            now.versions[slot] = app->slots[slot].version;
    if (now.versions[SLOT_CURRENT] == 0 && now.versions[SLOT_NEXT] == 0) {
        runtime_use_forget(service, app->id);
        return true;
    }
    if (known != NULL && known->versions[SLOT_CURRENT] == now.versions[SLOT_CURRENT] &&
        known->versions[SLOT_NEXT] == now.versions[SLOT_NEXT])
        return true;
    for (int slot = 0; slot < SLOT_COUNT; slot++)
        if (!add_version(service, app->id, now.versions[slot], &now.runtimes, err)) return false;
    if (known == NULL) {
        known = memory_alloc(sizeof *known);
        (void)text_copy(known->app_id, sizeof known->app_id, app->id);
        known->next = service->runtime_uses;
        service->runtime_uses = known;
    }
    for (int slot = 0; slot < SLOT_COUNT; slot++)
        known->versions[slot] = now.versions[slot];
    known->runtimes = now.runtimes;
    report(service);
    return true;
}
