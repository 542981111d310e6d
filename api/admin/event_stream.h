// Events as they happen, over one connection that stays open: GET
// /kobel/v1/applications/<name>/events with `Accept: text/event-stream`, for a browser's
// EventSource or curl -N.
#pragma once

#include "api/admin/event_wait.h"
#include "api/admin/pieces.h"

struct event_stream;

struct event_stream_options {
    struct event_waits *waits;
    struct event_question question;
    struct pieces_connection connection;
};

// `text`, which is copied, is sent first; the question asks for what follows.
struct event_stream *event_stream_new(const struct event_stream_options *options, const char *text);
// The response reads from the stream, which must live as long as the connection.
struct MHD_Response *event_stream_response(struct event_stream *stream);
void event_stream_free(struct event_stream *stream);
