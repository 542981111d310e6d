#include "cli/run/local_server.h"

#include "base/clock.h"
#include "base/environment.h"
#include "base/text.h"
#include "cli/client/interrupts.h"
#include "cli/run/child.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    START_TIMEOUT_MS = 20000,
    STOP_TIMEOUT_MS = 15000,
    LOG_MAX_BYTES = 1 << 20,
    ARGUMENTS_MAX = CLIENT_SERVE_ARGUMENTS_MAX + 16,
};

static bool is_local(const char *url) {
    return text_starts_with(url, "http://127.") || text_starts_with(url, "http://localhost") ||
           text_starts_with(url, "http://[::1]");
}

// The last line of the daemon's log: the reason when it has ended.
static void read_last_line(const char *path, char *out, size_t size_bytes) {
    AUTO(buffer_release) struct buffer log = BUFFER_INIT(LOG_MAX_BYTES);

    error_ignore(file_read(path, &log, NULL));
    while (log.size_bytes > 0 && log.data[log.size_bytes - 1] == '\n')
        buffer_cut(&log, log.size_bytes - 1);
    const char *line = strrchr(buffer_text(&log), '\n');
    (void)text_copy(out, size_bytes, line == NULL ? buffer_text(&log) : line + 1);
}

static bool make_directory(struct local_server *server, struct error *err) {
    if (!file_join(server->directory, sizeof server->directory, err,
                   environment_or("TMPDIR", "/tmp"), "kobel-run-XXXXXX", NULL))
        return false;
    if (mkdtemp(server->directory) != NULL) return true;
    int number = errno;
    server->directory[0] = '\0';
    return error_system(err, number, "create a temporary directory");
}

// With setpriv, the daemon ends with this process however that ends.
static bool start(const struct client *client, const struct client_options *options,
                  const char *ready, const char *log, pid_t *out_pid, struct error *err) {
    const char *arguments[ARGUMENTS_MAX] = {"/usr/bin/setpriv", "--pdeathsig", "TERM", "--"};
    size_t count = 4;
    char program[FILE_PATH_MAX] = "";
    const char *colon = strrchr(client_url(client), ':');

    if (readlink("/proc/self/exe", program, sizeof program - 1) < 0)
        return error_system(err, errno, "find the path of this program");
    arguments[count++] = program;
    arguments[count++] = "serve";
    arguments[count++] = "--ready-file";
    arguments[count++] = ready;
    if (options->url != NULL && colon != NULL && strchr(colon, '/') == NULL) {
        arguments[count++] = "--port";
        arguments[count++] = colon + 1;
    }
    // Only this command waits for RUNNING: a job that ends at once need not be shown for longer.
    if (environment_or("KOBEL_MIN_RUNNING", NULL) == NULL) {
        arguments[count++] = "--min-running";
        arguments[count++] = "0s";
    }
    for (size_t index = 0; index < options->serve_argument_count; index++)
        arguments[count++] = options->serve_arguments[index];
    return child_start(arguments, log, out_pid, err);
}

// Waits for the ready file and reads the address from it.
static bool wait_until_ready(struct client *client, const struct local_server *server,
                             const char *ready, const char *log, struct error *err) {
    int64_t deadline_us = clock_monotonic_us() + (int64_t)START_TIMEOUT_MS * 1000;

    while (!file_exists(ready)) {
        char line[400];
        read_last_line(log, line, sizeof line);
        if (child_has_ended(server->pid))
            return error_set(err, ERROR_UNAVAILABLE, "the daemon does not start: %s", line);
        if (clock_monotonic_us() > deadline_us)
            return error_set(err, ERROR_UNAVAILABLE,
                             "the daemon is not ready after %d s; the last line of its log: %s",
                             START_TIMEOUT_MS / 1000, line);
        if (interrupts_wait(5) > 0) return error_set(err, ERROR_STALE, "interrupted");
    }
    AUTO(buffer_release) struct buffer text = BUFFER_INIT(4096);
    AUTO(json_decref) json_t *ready_json = NULL;
    if (!file_read(ready, &text, err) ||
        !json_parse(buffer_text(&text), text.size_bytes, &ready_json, err))
        return false;
    client_set_url(client, json_text_or(ready_json, "url", client_url(client)));
    return true;
}

bool local_server_ensure(struct client *client, const struct client_options *options,
                         struct local_server *out_server, struct error *err) {
    struct local_server server = {0};
    char ready[FILE_PATH_MAX];
    char log[FILE_PATH_MAX];

    *out_server = server;
    bool wants_new = options->url == NULL && text_equal(options->port, "0");
    if (!wants_new && client_is_answered(client)) return true;
    if (!is_local(client_url(client)))
        return error_set(
            err, ERROR_UNAVAILABLE,
            "no kobel daemon answers at %s, and one can be started on this machine only: "
            "leave out --url and KOBEL_URL, or start one there",
            client_url(client));
    bool is_ready = make_directory(&server, err) &&
                    file_join(ready, sizeof ready, err, server.directory, "ready.json", NULL) &&
                    file_join(log, sizeof log, err, server.directory, "daemon.log", NULL) &&
                    start(client, options, ready, log, &server.pid, err) &&
                    wait_until_ready(client, &server, ready, log, err);
    if (is_ready)
        *out_server = server;
    else
        local_server_stop(&server);
    return is_ready;
}

void local_server_stop(struct local_server *server) {
    if (server->pid != 0) child_stop(server->pid, STOP_TIMEOUT_MS);
    if (server->directory[0] != '\0') error_ignore(file_remove_tree(server->directory, NULL));
    *server = (struct local_server){0};
}
