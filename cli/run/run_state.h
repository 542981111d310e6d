// `kobel run` while it runs: what it has seen, and how it tells it.
#pragma once

#include "cli/client/log_print.h"
#include "cli/client/session.h"
#include "cli/run/local_server.h"
#include "cli/run/run_request.h"
#include "cli/run/watch.h"

struct run {
    struct session *session;
    struct client *client;
    struct terminal err; // what kobel itself says; stdout is for the job
    char name[129];
    struct local_server server;
    struct run_code code;
    json_t *groups; // NULL = not said
    bool keeps_few; // automatic snapshots: with --watch, unless the daemon has a rule of its own
    struct watch jar;
    struct watch properties;
    int64_t incomplete_since_ms; // of the jar; 0 = it is complete
    int interrupts;              // that were dealt with
    struct log_printer printer;
    struct log_files *files;   // NULL until the application is there
    int64_t last_event;        // sequence of the newest event that was told
    int64_t halted_ms, gap_ms; // of the newest move: when the old job was to stop; how long the
                               // stream stood still. -1 = not known
};

// "kobel         | text (1.2 s)"; without the time when that is negative.
void run_say(struct run *run, enum colour colour, int64_t duration_ms, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
// Milliseconds since a point of clock_monotonic_us().
int64_t run_since_ms(int64_t since_us);

// Begins to look at an application. `is_known`: it has been there before, so that its events, and
// its logs unless it runs, are old.
MUST_CHECK bool run_begin_looking(struct run *run, bool is_known, bool is_running,
                                  struct error *err);

// Prints what is new in the logs.
void run_read_logs(struct run *run);
// Tells what has happened since.
MUST_CHECK bool run_read_events(struct run *run, struct error *err);

// One look at everything while something is waited for; an app_tick_fn with a struct run. An
// interrupt that was not dealt with ends the waiting.
bool run_tick(void *userdata, const json_t *detail, struct error *err);

// Brings the application to what is wanted, and waits until it is RUNNING.
MUST_CHECK bool run_deploy(struct run *run, bool is_first, struct error *err);
