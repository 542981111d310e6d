// The request for a savepoint. Without an answer Flink may carry it out all the same: then it is
// asked for by the trigger's id, which is ours, and the request is repeated only where Flink does
// not know it. The same trigger again is no second savepoint.
#pragma once

#include "model/app.h"
#include "runtime/flink/flink_client.h"

#define FLINK_URI_SIZE (FILE_PATH_MAX + 8)

struct flink_trigger {
    struct flink_client *client; // borrowed
    char job_id[APP_JOB_ID_SIZE];
    char trigger_id[APP_JOB_ID_SIZE];
    char directory_uri[FLINK_URI_SIZE]; // below which it is made
    bool stops_job;                     // stop-with-savepoint, without drain
    // Called from the loop when there was an answer, or none. `err`: Flink refused it, or was asked
    // too often; NULL: ask how far it is.
    void (*done)(void *userdata, const struct error *err);
    void *userdata;

    struct flink_call *call; // the rest is the trigger's own
    int lost;
};

// The trigger stays where it is until flink_trigger_cancel().
void flink_trigger_send(struct flink_trigger *trigger);
// Flink does not know it. True: its request may have been lost, and was sent again.
bool flink_trigger_repeat(struct flink_trigger *trigger);
static inline bool flink_trigger_is_open(const struct flink_trigger *trigger) {
    return trigger->call != NULL;
}
void flink_trigger_cancel(struct flink_trigger *trigger);
