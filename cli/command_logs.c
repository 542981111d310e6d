// logs: what the processes of an application have written, and go on to write.
#include "base/text.h"
#include "cli/app_calls.h"
#include "cli/app_logs.h"
#include "cli/log_print.h"
#include "cli/session.h"

enum { FOLLOW_PAUSE_MS = 100 };

bool app_logs_directory(struct client *client, const char *name,
                        char out_path[static FILE_PATH_MAX], struct error *err) {
    AUTO(json_decref) json_t *app = NULL;
    AUTO(json_decref) json_t *status = NULL;

    if (!app_get(client, name, "", 10000, &app, err) ||
        !client_get(client, "/kobel/v1/status", 10000, &status, err))
        return false;
    const char *data = json_text_or(status, "dataDirectory", "");
    if (!file_is_directory(data))
        return error_set(err, ERROR_REQUEST,
                         "the logs are in %s on the daemon's machine, which is not this one", data);
    return file_join(out_path, FILE_PATH_MAX, err, data, "apps", json_text_or(app, "id", ""),
                     "clusters", NULL);
}

bool command_logs(struct session *session, struct error *err) {
    struct log_printer printer = {.out = session->out};
    char directory[FILE_PATH_MAX];

    if (!app_logs_directory(session->client, session->app_name, directory, err)) return false;
    if (!file_is_directory(directory))
        return error_set(err, ERROR_NOT_FOUND,
                         "application '%s' was never started: there is no log", session->app_name);
    AUTO(log_files_free)
    struct log_files *files = log_files_new(directory, false, log_print_line, &printer);
    for (;;) {
        bool has_more = log_files_read(files);
        (void)fflush(stdout);
        if (has_more) continue;
        if (!session->options.follows) break;
        app_pause(FOLLOW_PAUSE_MS);
    }
    log_files_flush(files);
    return true;
}
