// Sends requests to a daemon and waits for the replies. Requests are signed as those of any AWS
// client, with the credentials and the Region of the environment (AWS_*), to which the applications
// belong.
#pragma once

#include "base/json.h"

struct client;

// `url`: NULL for a daemon on this machine, at `port` or, when that is NULL, at 8290. Never
// returns NULL.
struct client *client_new(const char *url, const char *port);
void client_free(struct client *client);
DEFINE_AUTO(client_free, struct client *);
const char *client_url(const struct client *client);
void client_set_url(struct client *client, const char *url);

// Does a kobel daemon answer at the URL?
bool client_is_answered(struct client *client);

// An operation of the API. Consumes `request`; the caller owns the reply. ERROR_UNAVAILABLE: no
// daemon answers. Other kinds are those of the service's exceptions: NOT_FOUND, CONFLICT, ...
MUST_CHECK bool client_call(struct client *client, const char *operation, json_t *request,
                            json_t **out_reply, struct error *err);

// GET of a path under /kobel/v1. ERROR_NOT_FOUND: no such path or application, with the daemon's
// message.
MUST_CHECK bool client_get(struct client *client, const char *path, int64_t timeout_ms,
                           json_t **out_reply, struct error *err);

// POST to a path under /kobel/v1. Consumes `request`; failures as for client_get().
MUST_CHECK bool client_post(struct client *client, const char *path, json_t *request,
                            json_t **out_reply, struct error *err);
