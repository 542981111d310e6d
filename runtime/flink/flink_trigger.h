// The request for a savepoint. Without an answer Flink may still carry it out: then it is asked for
// the savepoint by the trigger's id, which kobel has chosen, and the request is repeated only if
// Flink does not know it. Flink does not carry out the same trigger twice.
#pragma once

#include "model/app.h"
#include "runtime/flink/flink_client.h"

#define FLINK_URI_SIZE (FILE_PATH_MAX + 8)

struct flink_trigger {
    struct flink_client *client; // borrowed
    char job_id[APP_JOB_ID_SIZE];
    char trigger_id[APP_JOB_ID_SIZE];
    char directory_uri[FLINK_URI_SIZE]; // the savepoint is made below it
    bool stops_job;                     // stop-with-savepoint, without drain
    // Called from the loop when the request has ended, with an answer or without. `err`: Flink has
    // refused it, or has not answered too often. NULL: the state of the savepoint can be asked for.
    void (*done)(void *userdata, const struct error *err);
    void *userdata;

    // Private.
    struct flink_call *call;
    int lost; // requests without an answer
};

// The struct must stay where it is until flink_trigger_cancel().
void flink_trigger_send(struct flink_trigger *trigger);
// Flink does not know the trigger. True: the request may have been lost, and was sent again.
bool flink_trigger_repeat(struct flink_trigger *trigger);
static inline bool flink_trigger_is_open(const struct flink_trigger *trigger) {
    return trigger->call != NULL;
}
void flink_trigger_cancel(struct flink_trigger *trigger);
