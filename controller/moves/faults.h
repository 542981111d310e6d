// Faults that were injected and have not happened yet: the reconciler and the executor check them
// before they act. In memory only: a new daemon has none.
#pragma once

#include "controller/service/service.h"
#include "runtime/job_measurement.h"

enum fault {
    FAULT_KILL_JOBMANAGER,
    FAULT_KILL_TASKMANAGER,
    FAULT_FAIL_SAVEPOINT,
    FAULT_REFUSE_LAUNCH,
    FAULT_DELAY,
    FAULT_BUSY_PROCESSOR,
    FAULT_COUNT
};
bool faults_from_name(const char *name, enum fault *out_fault); // "kill-jobmanager"

// Injects a fault of the controller: one more launch is refused, or the fault lasts until
// `until_ms`. (Those of a cluster happen at once, without this.)
void faults_arm(struct app_service *service, const char *app_id, enum fault fault,
                int64_t until_ms);
// True once for every launch that is to be refused.
bool faults_take_refusal(struct app_service *service, const char *app_id);
// True while every step of the application has to wait; until when.
bool faults_delay(struct app_service *service, const char *app_id, int64_t now_ms,
                  int64_t *out_until_ms);
// Changes a measurement: the processor is busy, where that fault lasts.
void faults_measure(struct app_service *service, const char *app_id, int64_t now_ms,
                    struct job_measurement *measurement);
// Ends a delay: the application is to be stopped by force or deleted.
void faults_end_delay(struct app_service *service, const char *app_id);
// The application was deleted.
void faults_forget(struct app_service *service, const char *app_id);
void faults_free(struct app_service *service);
