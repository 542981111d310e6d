// Events as they happen, over one connection that stays open: GET
// /kobel/v1/applications/<name>/events with `Accept: text/event-stream`, for a browser's
// EventSource or curl -N.
#pragma once

#include "api/admin/event_wait.h"

#include <microhttpd.h>

struct event_stream;

struct event_stream_options {
    struct event_waits *waits;
    struct event_question question;
    void (*sleep)(void *userdata); // the connection has nothing to send
    void (*wake)(void *userdata);  // ... and now it has
    void *userdata;
};

// `text`, which is copied, is what is there to begin with; the question asks for what comes next.
struct event_stream *event_stream_new(const struct event_stream_options *options, const char *text);
// Of the stream, which has to live as long as the connection.
struct MHD_Response *event_stream_response(struct event_stream *stream);
void event_stream_free(struct event_stream *stream);
