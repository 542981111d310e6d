// kobel's own paths: health, readiness, status and the API document (product.md, One address).
#pragma once

#include "api/http_server.h"

struct admin_reply {
    int status;
    const char *content_type;
    char *body; // owned by the caller
};

// False: the path is none of ours.
bool admin_answer(const struct http_server_options *options, struct app_service *service,
                  const char *method, const char *path, struct admin_reply *out_reply);
