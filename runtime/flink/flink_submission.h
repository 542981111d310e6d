// The submission of a job. Without an answer Flink may still run it: then it is asked for the job
// by its id, which kobel has chosen, and the submission is repeated only if Flink does not know it.
// Flink does not run the same id twice.
#pragma once

#include "model/app.h"
#include "runtime/flink/flink_client.h"

// What Flink must be asked before the result of the submission is known.
enum flink_submission_doubt {
    SUBMISSION_CERTAIN,
    SUBMISSION_UNANSWERED, // is the job there?
    // The same, after a refusal that may be that of a repetition, or because main() took too long.
    SUBMISSION_REFUSED,
};

// Called from the loop when the request has ended, with an answer or without. `err` NULL: the job
// runs. Otherwise it was refused, or Flink must be asked for it (`doubt`).
typedef void flink_submission_done_fn(void *userdata, const struct error *err);

struct flink_submission {
    struct flink_client *client; // borrowed
    char jar_id[80];
    json_t *body; // owned
    flink_submission_done_fn *done;
    void *userdata;

    enum flink_submission_doubt doubt;
    // Private.
    struct flink_call *call;
    int64_t begun_ms; // monotonic
    int sent;
    int missed; // answers without the job, since it was sent
};

// What follows when Flink does not know a job that is in doubt.
enum flink_submission_next {
    SUBMISSION_ASK_AGAIN, // main() may still run
    SUBMISSION_REPEATED,  // it was sent again
    SUBMISSION_FAILED,    // the program was refused
    SUBMISSION_LOST,      // no answer, although it was sent SENT_MAX times
};

// POSTs `body`, which is borrowed for the call, to /jars/<jar_id>/run. The struct must stay where
// it is until flink_submission_cancel().
void flink_submission_begin(struct flink_submission *submission, struct flink_client *client,
                            const char *jar_id, const json_t *body, flink_submission_done_fn *done,
                            void *userdata);
enum flink_submission_next flink_submission_missed(struct flink_submission *submission);
void flink_submission_cancel(struct flink_submission *submission);
