// GET /metrics: sent in pieces, each made in its own turn of the loop, so that thousands of
// applications do not block the loop.
#pragma once

#include "api/admin/pieces.h"
#include "controller/commands/app_service_own.h"

#include <systemd/sd-event.h>

struct exposition_reply;

struct exposition_reply_options {
    sd_event *loop;
    struct app_service *service;
    struct pieces_connection connection;
};

struct exposition_reply *exposition_reply_new(const struct exposition_reply_options *options);
// The response reads from the reply, which must live as long as the connection.
struct MHD_Response *exposition_reply_response(struct exposition_reply *reply);
void exposition_reply_free(struct exposition_reply *reply);
