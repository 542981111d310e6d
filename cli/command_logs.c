// logs: the logs and the output of the processes of an application.
#include "base/text.h"
#include "cli/client/app_calls.h"
#include "cli/client/log_print.h"
#include "cli/commands.h"

#include <stdio.h>

enum { FOLLOW_PAUSE_MS = 100 };

bool command_logs(struct session *session, struct error *err) {
    struct log_printer printer = {.out = session->out};
    AUTO(log_files_free)
    struct log_files *files =
        log_files_new(session->client, session->app_name, log_print_line, &printer);

    for (;;) {
        bool has_more = false;
        if (!log_files_read(files, &has_more, err)) return false;
        if (!log_files_has_any(files))
            return error_set(err, ERROR_NOT_FOUND,
                             "application '%s' was never started, so there is no log",
                             session->app_name);
        (void)fflush(stdout);
        if (has_more) continue;
        if (!session->options.follows) break;
        app_pause(FOLLOW_PAUSE_MS);
    }
    log_files_flush(files);
    return true;
}
