// `kobel run` while it runs: what it has seen, and how it tells it.
#pragma once

#include "cli/app_logs.h"
#include "cli/local_server.h"
#include "cli/log_print.h"
#include "cli/run_request.h"
#include "cli/session.h"
#include "cli/watch.h"

struct run {
    struct session *session;
    struct client *client;
    struct terminal err; // what kobel itself says; stdout is for the job
    char name[129];
    struct local_server server;
    struct run_code code;
    json_t *groups; // NULL = not said
    struct watch jar;
    struct watch properties;
    int64_t incomplete_since_ms; // of the jar; 0 = it is complete
    int interrupts;              // that were dealt with
    struct log_printer printer;
    struct log_files *files; // NULL until there is a cluster
    char id[40];             // of the application; "" until there was a cluster
    char cluster[64];        // the newest that was seen
    int64_t cluster_number;
    bool cluster_is_ready;
    int64_t mark_us; // of the newest phase
};

// "kobel         | text (1.2 s)"; the time since `since_us`, unless that is 0.
void run_say(struct run *run, enum colour colour, int64_t since_us, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

// Opens the logs of an application that has been there before: what is in them is old.
MUST_CHECK bool run_open_logs(struct run *run, const json_t *detail, bool is_running,
                              struct error *err);

// Prints what is new in the logs.
void run_read_logs(struct run *run);

// One look at everything while something is waited for; an app_tick_fn with a struct run. An
// interrupt that was not dealt with ends the waiting.
bool run_tick(void *userdata, const json_t *detail, struct error *err);

// Brings the application to what is wanted, and waits until it is RUNNING.
MUST_CHECK bool run_deploy(struct run *run, bool is_first, struct error *err);
