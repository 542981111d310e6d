// The daemon that `kobel run` starts when none answers.
#pragma once

#include "base/file.h"
#include "cli/client/client.h"
#include "cli/client/client_options.h"

#include <sys/types.h>

struct local_server {
    pid_t pid;                     // 0: somebody else's daemon answers
    char directory[FILE_PATH_MAX]; // of its ready file and its log; "" = none
};

// Afterwards `client` has its address. ERROR_UNAVAILABLE: it does not start, with its own words.
MUST_CHECK bool local_server_ensure(struct client *client, const struct client_options *options,
                                    struct local_server *out_server, struct error *err);

// Ends a daemon of ours; nothing otherwise.
void local_server_stop(struct local_server *server);
