// What all requests together may use: memory for bodies, and connections that stay open for long.
// The limits of one request are in request_body.h. Pure.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    TRAFFIC_CONNECTIONS_MAX = 512,
    TRAFFIC_JOB_CONNECTIONS_MAX = 256, // of jobs to the S3 endpoint
    TRAFFIC_CONNECTIONS_FREE = 32,     // kept free by ending idle ones
    TRAFFIC_WAITING_MAX = 256,         // requests that wait for events, or stream them
    TRAFFIC_PAGES_MAX = 24,            // pages of dashboards that are fetched, each up to 16 MB
    TRAFFIC_FOLLOWERS_MAX = 32,        // requests that follow logs: each reads all sizes repeatedly
    TRAFFIC_PROGRAMS_MAX = 32,         // requests that wait for a program to be inspected
};
// Two of the largest requests and a reserve. Small bodies are not counted: 512 of them are 32 MB.
#define TRAFFIC_BODIES_MAX_BYTES ((size_t)160 << 20)
#define TRAFFIC_BODY_SMALL_BYTES ((size_t)64 << 10)

struct traffic {
    size_t body_bytes; // of bodies that are received or processed
    unsigned waiting;
    unsigned pages;
    unsigned followers;
    unsigned programs;
};

// Would a body of that size fit now?
bool traffic_has_room(const struct traffic *traffic, size_t size_bytes);
// A body has grown to `size_bytes`; *counted_bytes of them were counted before. False: there is no
// room, and nothing changes.
bool traffic_count_body(struct traffic *traffic, size_t *counted_bytes, size_t size_bytes);
// The body is freed.
void traffic_release_body(struct traffic *traffic, size_t *counted_bytes);

// Counts one more up to `limit`. Returns the counter, which the owner of the place decrements, or
// NULL: there are `limit` already.
unsigned *traffic_reserve_place(unsigned *count, unsigned limit);

// Is an upload too slow? It may take half a minute, and a second for each 64 kB that have come.
bool traffic_is_slow(int64_t elapsed_us, size_t received_bytes);
