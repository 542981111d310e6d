// The controller's parts, for the files of this room.
#pragma once

#include "controller/controller.h"
#include "controller/work_queue.h"

struct code_wait; // a Create or Update that waits for its code

struct app_service {
    struct db *db;
    struct cluster_port clusters;
    struct code_port code;
    struct clock clock;
    enum profile profile;
    int64_t memory_budget_bytes;
    struct app_limits limits;
    struct work_queue *queue;
};

static inline int64_t service_now_ms(const struct app_service *service) {
    return clock_now_ms(&service->clock);
}
