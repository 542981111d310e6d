// A fake JobManager on a TCP port, in the event loop of a test: one connection at a time, and
// answers of any length.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

struct fake_answer {
    const char *path;  // the begin of the requested path
    const char *json;  // NULL: the connection is closed without an answer; "404": not found
    size_t size_bytes; // the answer is padded with spaces to this size; 0: it is not padded
};

struct fake_jobmanager {
    sd_event_source *listener;
    sd_event_source *connection;
    uint16_t port;
    char url[32];                      // "http://127.0.0.1:12345"
    const struct fake_answer *answers; // the first that matches; ends with {0}
    char *text;                        // being sent
    size_t size_bytes;
    size_t sent_bytes;
    int requests;
    int unanswered;   // requests without an answer
    int64_t asked_us; // time of the last request, monotonic
};

// The fake must not be moved in memory until it is closed.
void fake_jobmanager_open(struct fake_jobmanager *fake, sd_event *loop);
void fake_jobmanager_close(struct fake_jobmanager *fake);
