// Flink's REST interface of one JobManager, as far as kobel uses it. main() of a job runs there, so
// that its answers are somebody's program: each has a limit, and how long the next question waits
// follows from what the last answer cost the loop.
#pragma once

#include "base/file.h"
#include "base/json.h"
#include "runtime/http/http_client.h"

#include <stdint.h>

// All who ask a JobManager share one. It must not go away while an answer is being told.
struct flink_client {
    sd_event *loop;           // borrowed
    struct http_client *http; // borrowed
    const char *base_url;     // borrowed; "http://127.0.0.1:21100"
    bool is_telling;          // an answer to whoever has asked
    int64_t rests_until_us;   // monotonic: nothing is asked before
};

// What a question is about decides how long its answer may be.
enum flink_question {
    FLINK_CONFIGURATION,
    FLINK_TASKMANAGERS,
    FLINK_JOB,
    FLINK_EXCEPTIONS,
    FLINK_CHECKPOINTS,
    FLINK_SAVEPOINT,
    FLINK_SUBMISSION,
    FLINK_METRIC_NAMES,
    FLINK_METRICS,
    FLINK_QUESTION_COUNT,
};

size_t flink_client_limit_bytes(enum flink_question question);
// How long nothing is asked after an answer that kept the loop for so long.
int64_t flink_client_rest_us(int64_t took_us);

// Either `reply` (borrowed; NULL for an empty body) of a 2xx answer, or `err`: ERROR_INVALID with
// Flink's own cause for any other answer, ERROR_LIMIT for one that is longer than its question
// allows, ERROR_UNAVAILABLE when there was none.
typedef void flink_done_fn(void *userdata, json_t *reply, const struct error *err);

// One request that is under way or waits for its turn; owned by the caller, freed by
// flink_call_free() at any time, also from its own callback, and before the client.
struct flink_call;

struct flink_call *flink_client_get(struct flink_client *client, enum flink_question question,
                                    const char *path, flink_done_fn *done, void *userdata);
// `body` is borrowed for the call.
struct flink_call *flink_client_post(struct flink_client *client, enum flink_question question,
                                     const char *path, const json_t *body, int64_t timeout_ms,
                                     flink_done_fn *done, void *userdata);
void flink_call_free(struct flink_call *call);
DEFINE_AUTO(flink_call_free, struct flink_call *);
