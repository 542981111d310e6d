#include "controller/moves/faults.h"

#include "base/memory.h"
#include "base/names.h"
#include "base/text.h"

static const char *const names[FAULT_COUNT] = {
    [FAULT_KILL_JOBMANAGER] = "kill-jobmanager",
    [FAULT_KILL_TASKMANAGER] = "kill-taskmanager",
    [FAULT_FAIL_SAVEPOINT] = "fail-savepoint",
    [FAULT_REFUSE_LAUNCH] = "refuse-launch",
    [FAULT_DELAY] = "delay",
    [FAULT_BUSY_PROCESSOR] = "busy-processor",
};

bool faults_from_name(const char *name, enum fault *out_fault) {
    size_t index;

    if (!names_find(names, FAULT_COUNT, name, &index)) return false;
    *out_fault = (enum fault)index;
    return true;
}

// One for each kind of an application.
struct armed_fault {
    struct armed_fault *next;
    char app_id[APP_ID_SIZE];
    enum fault fault;
    int count;        // FAULT_REFUSE_LAUNCH: so many launches
    int64_t until_ms; // FAULT_DELAY, FAULT_BUSY_PROCESSOR
};

enum { REFUSALS_MAX = 100 };

static struct armed_fault **find(struct app_service *service, const char *app_id,
                                 enum fault fault) {
    struct armed_fault **place = &service->faults;

    while (*place != NULL && ((*place)->fault != fault || !text_equal((*place)->app_id, app_id)))
        place = &(*place)->next;
    return *place == NULL ? NULL : place;
}

void faults_arm(struct app_service *service, const char *app_id, enum fault fault,
                int64_t until_ms) {
    struct armed_fault **place = find(service, app_id, fault);
    struct armed_fault *armed = place == NULL ? memory_alloc(sizeof *armed) : *place;

    if (place == NULL) {
        (void)text_copy(armed->app_id, sizeof armed->app_id, app_id);
        armed->fault = fault;
        armed->next = service->faults;
        service->faults = armed;
    }
    if (armed->count < REFUSALS_MAX) armed->count++;
    armed->until_ms = until_ms;
}

static void disarm(struct armed_fault **place) {
    struct armed_fault *armed = *place;

    *place = armed->next;
    memory_free(armed);
}

bool faults_take_refusal(struct app_service *service, const char *app_id) {
    struct armed_fault **place = find(service, app_id, FAULT_REFUSE_LAUNCH);

    if (place == NULL) return false;
    if (--(*place)->count == 0) disarm(place);
    return true;
}

void faults_end_delay(struct app_service *service, const char *app_id) {
    struct armed_fault **place = find(service, app_id, FAULT_DELAY);

    if (place != NULL) disarm(place);
}

void faults_forget(struct app_service *service, const char *app_id) {
    for (enum fault fault = 0; fault < FAULT_COUNT; fault++) {
        struct armed_fault **place = find(service, app_id, fault);
        if (place != NULL) disarm(place);
    }
}

// Does a fault with an end last still?
static bool lasts(struct app_service *service, const char *app_id, enum fault fault, int64_t now_ms,
                  int64_t *out_until_ms) {
    struct armed_fault **place = find(service, app_id, fault);

    if (place == NULL) return false;
    if (now_ms >= (*place)->until_ms) {
        disarm(place);
        return false;
    }
    *out_until_ms = (*place)->until_ms;
    return true;
}

bool faults_delay(struct app_service *service, const char *app_id, int64_t now_ms,
                  int64_t *out_until_ms) {
    return lasts(service, app_id, FAULT_DELAY, now_ms, out_until_ms);
}

void faults_measure(struct app_service *service, const char *app_id, int64_t now_ms,
                    struct job_measurement *measurement) {
    int64_t until_ms;

    if (lasts(service, app_id, FAULT_BUSY_PROCESSOR, now_ms, &until_ms))
        measurement->cpu_max_ratio = measurement->cpu_mean_ratio = 1;
}

void faults_free(struct app_service *service) {
    while (service->faults != NULL)
        disarm(&service->faults);
}
