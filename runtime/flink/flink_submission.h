// The submission of a job. Without an answer Flink may run it all the same: then it is asked for by
// the job's id, which is ours, and the submission is repeated only where Flink does not know it.
// The same id again is no second job.
#pragma once

#include "model/app.h"
#include "runtime/flink/flink_client.h"

// What is to be asked of Flink before it is known what came of the submission.
enum flink_submission_doubt {
    SUBMISSION_CERTAIN,
    SUBMISSION_UNANSWERED, // is the job there?
    SUBMISSION_REFUSED, // ... after a refusal that may be of a repetition, or main() took too long
};

// Called from the loop when there was an answer, or none. `err` NULL: the job is there. Else it was
// refused, or `doubt` says that it is to be asked for.
typedef void flink_submission_done_fn(void *userdata, const struct error *err);

struct flink_submission {
    struct flink_client *client; // borrowed
    char jar_id[80];
    json_t *body; // owned
    flink_submission_done_fn *done;
    void *userdata;

    enum flink_submission_doubt doubt;
    struct flink_call *call; // the rest is the submission's own
    int64_t begun_ms;        // monotonic
    int sent;
    int looks; // since it was sent, that did not find the job
};

// What follows when a job that is in doubt is not there.
enum flink_submission_next {
    SUBMISSION_LOOK_AGAIN, // after a moment: main() may still be at it
    SUBMISSION_REPEATED,   // it was sent again
    SUBMISSION_FAILED,     // the program is refused
    SUBMISSION_LOST,       // never an answer, though it was sent often enough
};

// POSTs `body`, which is borrowed for the call, to /jars/<jar_id>/run. The submission stays where
// it is until flink_submission_cancel().
void flink_submission_begin(struct flink_submission *submission, struct flink_client *client,
                            const char *jar_id, const json_t *body, flink_submission_done_fn *done,
                            void *userdata);
enum flink_submission_next flink_submission_missed(struct flink_submission *submission);
void flink_submission_cancel(struct flink_submission *submission);
