#include "controller/moves/code_collect.h"

#include "storage/version_store.h"

static const int64_t SOON_MS = 2000;
static const int64_t NEXT_MS = 50;
// Code is being read, or the store fails.
static const int64_t LATER_MS = 30000;

static void queue(struct app_service *service, int64_t real_ms) {
    work_queue_add(service->queue, CODE_COLLECT_ID, service_after_ms(service, real_ms));
}

void code_collect_soon(struct app_service *service) {
    service->has_stale_code = true;
    queue(service, SOON_MS);
}

// True also where the database fails.
static bool is_used(void *userdata, const char *sha256) {
    const struct app_service *service = userdata;
    bool used;

    return !version_store_uses_code(service->db, sha256, &used, NULL) || used;
}

void code_collect_run(struct app_service *service) {
    if (!service->collects_code) service->has_stale_code = false;
    service->collects_code = true;
    switch (service->code.ops->collect(service->code.self, is_used, service)) {
    case CODE_COLLECTED_SOME:
        queue(service, NEXT_MS);
        return;
    case CODE_COLLECTED_NOTHING:
        queue(service, LATER_MS);
        return;
    case CODE_COLLECTED_ALL:
        service->collects_code = false;
        if (service->has_stale_code) queue(service, SOON_MS);
        return;
    }
}
