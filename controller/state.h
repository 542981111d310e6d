// The controller's parts, for the files of this room.
#pragma once

#include "controller/code_wait.h"
#include "controller/controller.h"
#include "controller/work_queue.h"

struct app_service {
    struct db *db;
    struct cluster_port clusters;
    struct code_port code;
    struct clock clock;
    enum profile profile;
    int64_t memory_budget_bytes;
    struct app_limits limits;
    unsigned ids_made; // of applications, since the daemon started
    struct work_queue *queue;
    struct code_wait *code_waits; // list of Create and Update calls that wait for their code
};

static inline int64_t service_now_ms(const struct app_service *service) {
    return clock_now_ms(&service->clock);
}
