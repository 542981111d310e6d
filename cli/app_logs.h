// Where the log files of an application are.
#pragma once

#include "base/file.h"
#include "cli/client.h"

// The directory of its clusters, which is made with the first of them. ERROR_REQUEST: the daemon is
// on another machine.
MUST_CHECK bool app_logs_directory(struct client *client, const char *name,
                                   char out_path[static FILE_PATH_MAX], struct error *err);
