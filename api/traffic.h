// What all requests together may use: bytes of bodies, and connections that are held for long. What
// one request may use is request_body.h's. Pure.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    TRAFFIC_CONNECTIONS_MAX = 512,
    TRAFFIC_CONNECTIONS_FREE = 32, // kept free by ending those that do nothing
    TRAFFIC_WAITING_MAX = 256,     // requests that wait for events, or stream them
    TRAFFIC_PAGES_MAX = 24,        // dashboards' pages that are fetched, each up to 16 MB
    TRAFFIC_FOLLOWERS_MAX = 32,    // that follow logs: each looks at all files again and again
};
// Two of the largest requests, and some more. Small bodies are not counted: 512 of them are 32 MB.
#define TRAFFIC_BODIES_MAX_BYTES ((size_t)160 << 20)
#define TRAFFIC_BODY_SMALL_BYTES ((size_t)64 << 10)

struct traffic {
    size_t body_bytes; // of bodies that are taken in or worked on
    unsigned waiting;
    unsigned pages;
    unsigned followers;
};

// Would a body of that size fit now?
bool traffic_has_room(const struct traffic *traffic, size_t size_bytes);
// A body has grown to `size_bytes`, of which *counted_bytes were counted. False: there is no room;
// nothing changes then.
bool traffic_take_body(struct traffic *traffic, size_t *counted_bytes, size_t size_bytes);
// The body is gone.
void traffic_give_body(struct traffic *traffic, size_t *counted_bytes);

// One more of a kind, up to `limit`. False: no.
bool traffic_take_place(unsigned *count, unsigned limit);

// Has an upload had its time? Half a minute, and a second for each 64 kB that have come.
bool traffic_is_slow(int64_t elapsed_us, size_t received_bytes);
