// Requests that wait for something to happen to an application: GET
// /kobel/v1/applications/<name>/events?after=<sequence>&wait=<seconds>, so that a test can wait for
// a thing instead of polling.
#pragma once

#include "api/admin/admin.h"

#include <systemd/sd-event.h>

struct event_waits; // those of a server
struct event_wait;

struct event_waits *event_waits_new(sd_event *loop, struct app_service *service);
// Nobody waits any more when it is called.
void event_waits_free(struct event_waits *waits);
DEFINE_AUTO(event_waits_free, struct event_waits *);

struct event_question {
    struct app_scope scope;
    char name[APP_NAME_SIZE];
    int64_t after_sequence;
    int64_t wait_ms; // 0: answer what there is
    bool is_stream;  // answered as server-sent events, a comment when there are none
    bool is_later;   // not to be answered before the next turn of the loop
};

// `last_sequence`: what to ask for next.
typedef void event_done_fn(void *userdata, const struct admin_reply *reply, int64_t last_sequence);

// Calls `done` once: before it returns (the result is NULL then), or later unless cancelled.
struct event_wait *event_wait_begin(struct event_waits *waits,
                                    const struct event_question *question, event_done_fn *done,
                                    void *userdata);
void event_wait_cancel(struct event_wait *wait);
