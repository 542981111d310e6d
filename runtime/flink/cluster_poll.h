// The questions to one JobManager: one at a time, when it is due. Counts the time without answers.
#pragma once

#include "runtime/flink/cluster_silence.h"
#include "runtime/flink/flink_client.h"

// The owner fills all but the first three members.
struct cluster_poll {
    sd_event_source *timer;
    sd_event_source *patience;   // runs while a question is open
    struct flink_call *question; // NULL = none is open
    struct flink_client client;
    struct cluster_silence silence;
    void (*on_due)(void *userdata);     // the next question is due; none is open
    void (*on_waiting)(void *userdata); // the question is still open; once a second
    void *userdata;
};

// Nothing is due until cluster_poll_after(). The struct must stay where it is until
// cluster_poll_stop().
MUST_CHECK bool cluster_poll_start(struct cluster_poll *poll, sd_event *loop, struct error *err);
void cluster_poll_stop(struct cluster_poll *poll);

// The next question is due in `delay_ms`, instead of at any other time; or never.
void cluster_poll_after(struct cluster_poll *poll, int64_t delay_ms);
void cluster_poll_never(struct cluster_poll *poll);

// Asks; `done` gets poll->userdata and must call cluster_poll_end().
void cluster_poll_ask(struct cluster_poll *poll, enum flink_question question, const char *path,
                      flink_done_fn *done);
// Ends the open question; `done` is not called any more.
void cluster_poll_end(struct cluster_poll *poll);

// There was an answer that can be used; there was none, or it cannot be used.
void cluster_poll_answered(struct cluster_poll *poll);
void cluster_poll_unanswered(struct cluster_poll *poll);
