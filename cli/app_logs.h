// Where the log files of an application are.
#pragma once

#include "base/file.h"
#include "cli/client.h"

// The directory of its clusters, from the daemon's status. ERROR_NOT_FOUND: it has had no cluster
// yet. ERROR_REQUEST: the daemon is on another machine, or too old.
MUST_CHECK bool app_logs_directory(struct client *client, const char *name,
                                   char out_path[static FILE_PATH_MAX], struct error *err);
