// What answers like a JobManager, on a port of its own in the loop of a test: one connection at a
// time, and answers of any length.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

struct fake_answer {
    const char *path;  // that a request's path begins with
    const char *json;  // NULL: the connection ends without an answer
    size_t size_bytes; // it is padded to that with spaces; 0: as it is
};

struct fake_jobmanager {
    sd_event_source *door;
    sd_event_source *guest;
    uint16_t port;
    char url[32];                      // "http://127.0.0.1:12345"
    const struct fake_answer *answers; // the first that fits; ends with {0}
    char *text;                        // being sent
    size_t size_bytes;
    size_t sent_bytes;
    int requests;
    int unanswered;   // of them
    int64_t asked_us; // when the last request came, monotonic
};

// The fake stays where it is until it is closed.
void fake_jobmanager_open(struct fake_jobmanager *fake, sd_event *loop);
void fake_jobmanager_close(struct fake_jobmanager *fake);
