#include "cli/run/run_state.h"

#include "base/clock.h"
#include "base/text.h"
#include "cli/client/app_calls.h"
#include "cli/client/interrupts.h"

#include <stdarg.h>
#include <string.h>

enum { TICK_MS = 25, ASK_TIMEOUT_MS = 10000 };

int64_t run_since_ms(int64_t since_us) {
    return (clock_monotonic_us() - since_us) / 1000;
}

void run_print(struct run *run, enum colour colour, int64_t duration_ms, const char *format, ...) {
    const struct terminal *out = &run->err;
    char text[1400];
    char duration[24];
    va_list arguments;

    va_start(arguments, format);
    (void)text_format_list(text, sizeof text, format, arguments);
    va_end(arguments);
    // The lines of the job come first, in the order in which they were printed.
    (void)fflush(stdout);
    terminal_print(out, COLOUR_BOLD, "%-13s |", "kobel");
    terminal_print(out, COLOUR_PLAIN, " ");
    terminal_print(out, colour, "%s", text);
    if (duration_ms >= 0) {
        terminal_duration(duration_ms, duration);
        (void)fprintf(out->file, " (%s)", duration);
    }
    (void)fputc('\n', out->file);
}

// --- the daemon ---

bool run_open_server(struct run *run, struct error *err) {
    int64_t since_us = clock_monotonic_us();

    if (!local_server_ensure(run->client, &run->session->options, &run->server, err)) return false;
    if (run->server.pid != 0)
        run_print(run, COLOUR_PLAIN, run_since_ms(since_us), "the daemon is ready at %s",
                  client_url(run->client));
    else if (run->session->options.serve_argument_count > 0)
        run_print(run, COLOUR_YELLOW, -1,
                  "a daemon runs at %s already: the options for the daemon have no effect",
                  client_url(run->client));
    return true;
}

// --- logs ---

bool run_begin_following(struct run *run, bool is_known, bool is_running, struct error *err) {
    if (run->files != NULL) return true;
    run->files = log_files_new(run->client, run->name, log_print_line, &run->printer);
    if (is_known && !log_files_skip_old(run->files, !is_running, err)) return false;
    run->printer.is_muted = true;
    while (is_known) {
        int64_t before = run->last_event;
        if (!run_read_events(run, err)) return false;
        if (run->last_event == before) break;
    }
    run->printer.is_muted = false;
    return true;
}

void run_read_logs(struct run *run) {
    struct error ignored; // log_files_read() needs it
    bool has_more = false;

    if (run->files == NULL) return;
    // The requests that follow report a daemon that does not answer.
    error_ignore(log_files_read(run->files, &has_more, &ignored));
    if (fflush(stdout) != 0 || ferror(stdout) != 0) interrupts_hang_up();
}

// --- events ---

// "3" of the cluster "1a20b69af7000001-3".
static const char *cluster_number(const json_t *event) {
    const char *dash = strrchr(json_text_or(event, "cluster", ""), '-');

    return dash == NULL ? "" : dash + 1;
}

// The stream is interrupted until every vertex runs.
static void print_up(struct run *run, const json_t *event, int64_t elapsed_ms) {
    int64_t running = json_int_or(event, "tasksRunning", 0);
    int64_t total = json_int_or(event, "tasksTotal", 0);

    if (running < total) {
        run_print(run, COLOUR_YELLOW, elapsed_ms,
                  "CONFIRM  the job is RUNNING, with %lld of its %lld tasks so far",
                  (long long)running, (long long)total);
        return;
    }
    if (run->halted_ms >= 0) run->gap_ms = elapsed_ms - run->halted_ms;
    run_print(run, COLOUR_FAINT, elapsed_ms, "CONFIRM  every vertex is RUNNING");
}

static void print_phase(struct run *run, const json_t *event) {
    const char *phase = json_text_or(event, "phase", "");
    int64_t elapsed_ms = json_int_or(event, "elapsedMs", -1);

    if (text_equal(phase, "PREPARE")) {
        run->halted_ms = -1;
        run->gap_ms = -1;
        run_print(run, COLOUR_FAINT, elapsed_ms, "PREPARE  cluster %s is launched",
                  cluster_number(event));
    } else if (text_equal(phase, "HALT")) {
        run->halted_ms = elapsed_ms;
        run_print(run, COLOUR_FAINT, elapsed_ms, "HALT     the old job stops with a savepoint");
    } else if (text_equal(phase, "SUBMIT")) {
        run_print(run, COLOUR_FAINT, elapsed_ms, "SUBMIT   cluster %s gets the job",
                  cluster_number(event));
    } else if (text_equal(phase, "up")) {
        print_up(run, event, elapsed_ms);
    }
}

// The application is RUNNING and its job may not work: that must not be overlooked.
static void print_restart(struct run *run, const json_t *event) {
    const char *message = json_text_or(event, "message", "");
    const char *cause = json_text_or(event, "cause", "");
    bool is_known = text_equal(cause, run->trouble);

    if (!json_bool_or(event, "isLoop", false)) {
        run_print(run, COLOUR_YELLOW, -1, "restart: %s", message);
        return;
    }
    if (is_known)
        run_print(run, COLOUR_RED, -1, "THE JOB DOES NOT WORK: %lld restarts, for the same reason",
                  (long long)json_int_or(event, "inARow", 0));
    else
        run_print(run, COLOUR_RED, -1, "THE JOB DOES NOT WORK: %s", message);
    (void)text_copy(run->trouble, sizeof run->trouble, cause);
}

// Changes of the status and snapshots are printed by the operation that caused them.
static void print_event(struct run *run, const json_t *event) {
    const char *kind = json_text_or(event, "kind", "");
    bool is_usual = text_equal(kind, "status") || text_equal(kind, "snapshot");

    if (text_equal(kind, "move"))
        print_phase(run, event);
    else if (text_equal(kind, "restart"))
        print_restart(run, event);
    else if (text_equal(kind, "tasks"))
        run_print(run, COLOUR_GREEN, -1, "%s", json_text_or(event, "message", ""));
    else if (!is_usual)
        run_print(run, COLOUR_YELLOW, -1, "%s: %s", kind, json_text_or(event, "message", ""));
}

bool run_read_events(struct run *run, struct error *err) {
    AUTO(json_decref) json_t *reply = NULL;
    char rest[80];

    (void)text_format(rest, sizeof rest, "/events?after=%lld&wait=0", (long long)run->last_event);
    if (!app_get(run->client, run->name, rest, ASK_TIMEOUT_MS, &reply, err)) return false;
    const json_t *events = json_member(reply, "events");
    for (size_t index = 0; index < json_array_size(events); index++) {
        const json_t *event = json_array_get(events, index);
        if (!run->printer.is_muted) print_event(run, event);
        run->last_event = json_int_or(event, "sequence", run->last_event);
    }
    return true;
}

bool run_tick(void *userdata, const json_t *detail, struct error *err) {
    struct run *run = userdata;

    if (!run_read_events(run, err)) return false;
    run_read_logs(run);
    if (interrupts_wait(app_has_lasting_status(detail) ? 0 : TICK_MS) > run->interrupts)
        return error_set(err, ERROR_STALE, "interrupted");
    return true;
}
