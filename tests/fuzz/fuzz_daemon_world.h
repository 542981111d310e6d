// The daemon for fuzz_daemon.c without processes: HTTP servers on sockets, the API, the controller
// and a database in memory, with the fake clusters.
#pragma once

#include "api/http_server.h"
#include "base/buffer.h"
#include "controller/controller.h"
#include "fakes/fake_cluster_parts.h"

// The begin of a request; the name of an operation follows.
#define WORLD_CALL                                                                                 \
    "POST / HTTP/1.1\r\nContent-Type: application/x-amz-json-1.1\r\nX-Amz-Target: "                \
    "KinesisAnalytics_20180523."

struct world {
    sd_event *loop;
    struct db *db;
    struct fake_clusters *clusters;
    struct app_service *service;
    struct document *document;
    struct bent_clock clock;
    int64_t now_ms;
    struct http_server *open_server;
    struct http_server *guarded_server; // requires signatures
    int socket;                         // to open_server, for many requests; -1 = none
    int inputs;
};

// Begins an input: no applications, no clusters. Servers are kept for the next inputs.
void world_begin(struct world *world);
void world_end(struct world *world);

// Time passes, the controller does what is due, and the clusters do one step.
void world_turn(struct world *world, int64_t passed_ms);

// Sends bytes on a new connection and reads the first answer. It has to be text, and a complete
// answer has to match its Content-Type.
void world_send_raw(struct world *world, const struct http_server *server, const char *bytes,
                    size_t size_bytes);

// The first events of a stream at `path`, without HTTP chunks. Returns the status.
int world_follow(struct world *world, const char *path, struct buffer *out_body);

// Sends a well-formed request and waits for its answer, which has to be JSON or text. Returns the
// status; `out_body` is the body of the answer.
int world_ask(struct world *world, const char *head, const char *body, size_t body_bytes,
              struct buffer *out_body);

// Calls an operation of the API and returns the status.
int world_call(struct world *world, const char *operation, const char *body, size_t body_bytes);
int world_call_text(struct world *world, const char *operation, const char *body);
