// Flink's REST interface of one JobManager, as far as kobel uses it.
#pragma once

#include "base/file.h"
#include "base/json.h"
#include "runtime/http_client.h"

#include <stdint.h>

struct flink_client {
    struct http_client *http; // borrowed
    uint16_t port;            // on 127.0.0.1
};

// Either `reply` (borrowed; NULL for an empty body) of a 2xx answer, or `err`: ERROR_INVALID with
// Flink's own cause for any other answer, ERROR_UNAVAILABLE when there was none.
typedef void flink_done_fn(void *userdata, json_t *reply, const struct error *err);

// One request that is under way; owned by the caller, freed by flink_call_free() at any time, also
// from its own callback.
struct flink_call;

struct flink_call *flink_client_get(const struct flink_client *client, const char *path,
                                    flink_done_fn *done, void *userdata);
// `body` is borrowed for the call.
struct flink_call *flink_client_post(const struct flink_client *client, const char *path,
                                     const json_t *body, int64_t timeout_ms, flink_done_fn *done,
                                     void *userdata);
void flink_call_free(struct flink_call *call);
DEFINE_AUTO(flink_call_free, struct flink_call *);
