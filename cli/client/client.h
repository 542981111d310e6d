// Asks a daemon, and waits for the answer. Requests are signed with the credentials of the
// environment (AWS_*), as any AWS client does it: their Region and account say whose applications
// are meant.
#pragma once

#include "base/json.h"

struct client;

// `url`: NULL for a daemon on this machine, on `port` or, when that is NULL, on 8290. Never NULL.
struct client *client_new(const char *url, const char *port);
void client_free(struct client *client);
DEFINE_AUTO(client_free, struct client *);
const char *client_url(const struct client *client);
void client_set_url(struct client *client, const char *url);

// Does a kobel daemon answer there?
bool client_is_answered(struct client *client);

// An operation of the API. `request` is taken; the caller owns the reply. ERROR_UNAVAILABLE: no
// daemon answers. Other kinds are those of the service's exceptions: NOT_FOUND, CONFLICT, ...
MUST_CHECK bool client_call(struct client *client, const char *operation, json_t *request,
                            json_t **out_reply, struct error *err);

// GET of a path of kobel's own API. ERROR_NOT_FOUND: there is no such path or thing; the message
// then is the daemon's.
MUST_CHECK bool client_get(struct client *client, const char *path, int64_t timeout_ms,
                           json_t **out_reply, struct error *err);
