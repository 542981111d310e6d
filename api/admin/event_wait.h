// Requests that wait for an event of an application, instead of polling: GET
// /kobel/v1/applications/<name>/events?after=<sequence>&wait=<seconds>
#pragma once

#include "api/admin/admin_reply.h"
#include "base/cleanup.h"
#include "model/app.h"

#include <systemd/sd-event.h>

struct app_service;
struct event_waits; // all of a server
struct event_wait;

struct event_waits *event_waits_new(sd_event *loop, struct app_service *service);
// Waits that are left are cancelled.
void event_waits_free(struct event_waits *waits);
DEFINE_AUTO(event_waits_free, struct event_waits *);

struct event_question {
    struct app_scope scope;
    char name[APP_NAME_SIZE];
    int64_t after_sequence;
    int64_t wait_ms; // 0: answer at once
    bool is_stream;  // answer as server-sent events, and a comment when there are none
    bool is_later;   // answer in the next turn of the loop at the earliest
};

// `last_sequence`: "after" of the next question.
typedef void event_done_fn(void *userdata, const struct admin_reply *reply, int64_t last_sequence);

// Calls `done` once: before it returns (the result is NULL then), or later unless cancelled.
struct event_wait *event_wait_begin(struct event_waits *waits,
                                    const struct event_question *question, event_done_fn *done,
                                    void *userdata);
void event_wait_cancel(struct event_wait *wait);
