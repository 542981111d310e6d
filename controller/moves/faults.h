// Faults that were asked for and have not happened yet: what the reconciler and the executor look
// at before they act. In memory only: a new daemon begins without.
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

// Makes a fault of the controller's own happen: the next launch is refused once more, or the fault
// lasts until `until_ms`. (Those of a cluster happen at once.)
void faults_arm(struct app_service *service, const char *app_id, enum fault fault,
                int64_t until_ms);
// True once for every launch that is to be refused.
bool faults_take_refusal(struct app_service *service, const char *app_id);
// True while everything of the application is to wait; until when.
bool faults_delay(struct app_service *service, const char *app_id, int64_t now_ms,
                  int64_t *out_until_ms);
// A measurement as it is to be seen: with a processor that is busy, where that was asked for.
void faults_measure(struct app_service *service, const char *app_id, int64_t now_ms,
                    struct job_measurement *measurement);
// Nothing waits any longer: the application is to be stopped by force or deleted.
void faults_end_delay(struct app_service *service, const char *app_id);
// The application is gone.
void faults_forget(struct app_service *service, const char *app_id);
// Those of all applications.
void faults_free(struct app_service *service);
