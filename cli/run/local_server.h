// The daemon that `kobel run` starts when none answers.
#pragma once

#include "base/file.h"
#include "cli/client/client.h"
#include "cli/client/client_options.h"

#include <sys/types.h>

struct local_server {
    pid_t pid;                     // 0: a daemon answers that this command did not start
    char directory[FILE_PATH_MAX]; // of its ready file and its log; "" = none
};

// Starts a daemon unless one answers; `client` then has its address. ERROR_UNAVAILABLE: it does not
// start; the message has the last line of its log.
MUST_CHECK bool local_server_ensure(struct client *client, const struct client_options *options,
                                    struct local_server *out_server, struct error *err);

// Ends the daemon if local_server_ensure() has started it.
void local_server_stop(struct local_server *server);
