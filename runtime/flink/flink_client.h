// Flink's REST interface of one JobManager, as far as kobel uses it. The user's main() runs in that
// process, so its answers are not trusted: each has a size limit, and the pause before the next
// question depends on how long the last answer has kept the loop busy.
#pragma once

#include "base/file.h"
#include "base/json.h"
#include "runtime/http/http_client.h"

#include <stdint.h>

// All parts of kobel that ask a JobManager share one client. It must not be freed from a callback.
struct flink_client {
    sd_event *loop;           // borrowed
    struct http_client *http; // borrowed
    const char *base_url;     // borrowed; "http://127.0.0.1:21100"
    bool is_answering;        // a callback runs
    int64_t pause_until_us;   // monotonic: no question is sent before
};

// The subject of a question decides how long its answer may be.
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
// The pause after an answer that has kept the loop busy for `took_us`.
int64_t flink_client_pause_us(int64_t took_us);

// Either `reply` of a 2xx answer (borrowed; NULL for an empty body), or `err`: ERROR_INVALID with
// Flink's cause for another answer, ERROR_LIMIT for a too long one, ERROR_UNAVAILABLE for none.
typedef void flink_done_fn(void *userdata, json_t *reply, const struct error *err);

// A request that is under way or waits for its turn. The caller owns it and frees it, at any time,
// also from its callback, and before the client.
struct flink_call;

struct flink_call *flink_client_get(struct flink_client *client, enum flink_question question,
                                    const char *path, flink_done_fn *done, void *userdata);
// `body` is borrowed for the call.
struct flink_call *flink_client_post(struct flink_client *client, enum flink_question question,
                                     const char *path, const json_t *body, int64_t timeout_ms,
                                     flink_done_fn *done, void *userdata);
void flink_call_free(struct flink_call *call);
DEFINE_AUTO(flink_call_free, struct flink_call *);
