// Lines of the logs of an application as they are written, over one connection that stays open: GET
// /kobel/v1/applications/<name>/logs with `Accept: text/event-stream`. The first lines are what the
// newest cluster has written. Each line is an event with {"cluster", "source", "isOutput", "line"}.
#pragma once

#include "api/admin/pieces.h"
#include "base/error.h"
#include "model/app.h"

#include <systemd/sd-event.h>

struct app_service;
struct log_stream;

struct log_stream_options {
    sd_event *loop;
    struct app_service *service;
    struct app_scope scope;
    char name[APP_NAME_SIZE];
    struct pieces_connection connection;
};

// ERROR_NOT_FOUND: there is no such application.
MUST_CHECK bool log_stream_new(const struct log_stream_options *options,
                               struct log_stream **out_stream, struct error *err);
// The response reads from the stream, which must live as long as the connection.
struct MHD_Response *log_stream_response(struct log_stream *stream);
void log_stream_free(struct log_stream *stream);
