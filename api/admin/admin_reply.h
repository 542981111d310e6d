// Replies of the internal paths (/kobel/...): JSON, and errors as {"error": {"kind", "message"}}.
#pragma once

#include "base/error.h"

#include <jansson.h>

#define ADMIN_REPLY_JSON_TYPE "application/json"

struct admin_reply {
    int status;
    const char *content_type;
    char *body; // owned by the caller
};

// Owns `body`.
struct admin_reply admin_reply_json(int status, json_t *body);
struct admin_reply admin_reply_error(int status, const char *kind, const char *message);
// With the status that fits the kind of the error.
struct admin_reply admin_reply_failure(const struct error *err);
