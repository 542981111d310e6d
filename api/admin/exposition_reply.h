// GET /metrics: sent piece by piece, each made in a turn of the loop of its own, so that thousands
// of applications hold nobody up.
#pragma once

#include "controller/commands/app_service_own.h"

#include <microhttpd.h>
#include <systemd/sd-event.h>

struct exposition_reply;

struct exposition_reply_options {
    sd_event *loop;
    struct app_service *service;
    void (*sleep)(void *userdata); // the connection has nothing to send
    void (*wake)(void *userdata);  // ... and now it has
    void *userdata;
};

struct exposition_reply *exposition_reply_new(const struct exposition_reply_options *options);
// Of the reply, which has to live as long as the connection.
struct MHD_Response *exposition_reply_response(struct exposition_reply *reply);
void exposition_reply_free(struct exposition_reply *reply);
