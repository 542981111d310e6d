// `kobel run` while it runs: its state, and what it prints.
#pragma once

#include "cli/client/log_print.h"
#include "cli/client/session.h"
#include "cli/package/package.h"
#include "cli/run/local_server.h"
#include "cli/run/run_request.h"
#include "cli/run/watch.h"
#include "model/app_sizes.h"

enum {
    RUN_EXIT_FAILED = 1,        // no job runs any more, since a change that failed
    RUN_EXIT_INTERRUPTED = 130, // stopped without a snapshot
};

struct run {
    struct session *session;
    struct client *client;
    struct terminal err; // for kobel's lines; stdout is for those of the job
    char name[129];
    struct local_server server;
    enum package_kind kind;
    struct package package; // of the code; fd -1 = not made yet
    struct run_code code;
    json_t *given;            // properties of the user; NULL = none
    json_t *groups;           // what the application gets; NULL = its own ones stay
    json_t *known_groups;     // of the application as it was found; NULL = none
    bool keeps_few;           // automatic snapshots: with --watch, unless the daemon has a rule
    char root[FILE_PATH_MAX]; // the directory of the code...
    char lib[FILE_PATH_MAX];  // ...and of its jars, which a script may have
    struct watch jar;         // what the code is made of
    struct watch properties;
    int64_t incomplete_since_ms; // of the code; 0 = it is complete
    bool has_failed;             // the newest start or update
    int interrupts;              // that were handled
    struct log_printer printer;
    struct log_files *files;        // NULL until the application is there
    int64_t last_event;             // sequence of the newest event that was read
    char trouble[APP_FAILURE_SIZE]; // why the job is in a loop of restarts, as printed last
    // Of the newest move: when the old job began to stop, and how long no job ran. -1 = not known.
    int64_t halted_ms;
    int64_t gap_ms;
};

// "kobel         | text (1.2 s)"; without the time when that is negative.
void run_print(struct run *run, enum colour colour, int64_t duration_ms, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
// Milliseconds since a point of clock_monotonic_us().
int64_t run_since_ms(int64_t since_us);

// Reads the properties of the user, and forms those of the application.
MUST_CHECK bool run_read_properties(struct run *run, struct error *err);
// `status`: of the daemon; NULL = not known, which only SQL needs.
MUST_CHECK bool run_make_package(struct run *run, const json_t *status, struct error *err);
MUST_CHECK bool run_read_code(struct run *run, struct error *err);
// Reads the changed files. ERROR_CONFLICT: the code is not complete yet; to be tried again. After
// another error the next change is to be waited for.
MUST_CHECK bool run_reload(struct run *run, int64_t now_ms, struct error *err);

// Starts a daemon unless one answers (local_server_ensure()), and prints that.
MUST_CHECK bool run_open_server(struct run *run, struct error *err);

// Begins to read the events and logs of an application. `is_known`: it existed before, so that its
// events are skipped, and its logs, too, unless it runs.
MUST_CHECK bool run_begin_following(struct run *run, bool is_known, bool is_running,
                                    struct error *err);

// Prints what is new in the logs.
void run_read_logs(struct run *run);
// Prints the events since the last call.
MUST_CHECK bool run_read_events(struct run *run, struct error *err);

// Prints everything new during a wait; an app_tick_fn with a struct run. An interrupt that was not
// handled ends the wait.
bool run_tick(void *userdata, const json_t *detail, struct error *err);

// Creates or updates the application, and waits until it is RUNNING.
MUST_CHECK bool run_deploy(struct run *run, bool is_first, struct error *err);

// Is there an interrupt that was not handled?
bool run_is_interrupted(const struct run *run);
// Is the application READY, because the job has ended or was stopped?
MUST_CHECK bool run_has_ended(struct run *run, bool *out_has_ended, struct error *err);
// Handles an interrupt: the first one stops the job with a snapshot, the second one at once.
// *out_is_over: the application is READY; a job that cannot make its snapshot continues.
MUST_CHECK bool run_stop(struct run *run, bool *out_is_over, struct error *err);
