// The whole daemon for fuzz_daemon.c, but for what makes processes: the HTTP server on a socket,
// the API, the controller and a database in memory, with the clusters of tests/fakes.
#pragma once

#include "api/http_server.h"
#include "base/buffer.h"
#include "controller/controller.h"
#include "fakes/fake_cluster_parts.h"

struct world {
    sd_event *loop;
    struct db *db;
    struct fake_clusters *clusters;
    struct app_service *service;
    struct document *document;
    struct bent_clock clock;
    int64_t now_ms;
    struct http_server *open_server;
    struct http_server *guarded_server; // wants signatures
    int socket;                         // to open_server, kept for many requests; -1 = none
    int inputs;
};

// Begins an input: no applications, no clusters. What takes long is kept from one to the next.
void world_begin(struct world *world);
void world_end(struct world *world);

// The controller looks at what is due, the clusters go one step further, and time passes.
void world_turn(struct world *world, int64_t passed_ms);

// Sends bytes on a connection of their own, and collects what comes back at once. Whatever it is,
// it has to be text, and a complete answer has to be what it says it is.
void world_send_raw(struct world *world, const struct http_server *server, const char *bytes,
                    size_t size_bytes);

// What a stream at `path` sends at once, without the frames of HTTP. Returns the status.
int world_follow(struct world *world, const char *path, struct buffer *out_body);

// Sends a well-formed request and waits for its answer, which has to be JSON or text. Returns the
// status; the answer's body is in `out_body`.
int world_ask(struct world *world, const char *head, const char *body, size_t body_bytes,
              struct buffer *out_body);
