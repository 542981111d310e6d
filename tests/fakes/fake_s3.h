// A fake S3 endpoint with one bucket, in the event loop of a test. It checks the signatures of what
// it gets on the wire.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

enum { FAKE_S3_OBJECTS_MAX = 64, FAKE_S3_UPLOADS_MAX = 8, FAKE_S3_PARTS_MAX = 64 };

struct fake_s3_bytes {
    char *bytes; // NULL = none
    size_t size_bytes;
};

struct fake_s3_object {
    char key[1100];
    struct fake_s3_bytes content;
};

struct fake_s3_upload {
    char key[1100]; // "" = completed
    struct fake_s3_bytes parts[FAKE_S3_PARTS_MAX];
};

struct fake_s3_connection;

struct fake_s3 {
    sd_event *loop;
    sd_event_source *listener;
    struct fake_s3_connection *connections;
    uint16_t port;
    char url[32];
    const char *bucket;
    const char *secret_key;
    struct fake_s3_object objects[FAKE_S3_OBJECTS_MAX]; // sorted by key
    size_t object_count;
    struct fake_s3_upload uploads[FAKE_S3_UPLOADS_MAX]; // their ids are their indexes
    size_t upload_count;
    size_t page_max; // objects of a page of a list; 0 = 1000
    // What fails.
    int failures;           // the next answers have status 500
    int failures_of_writes; // the next answers to PUT and POST
    const char *refusal;    // all answers have status 403 and this code
    bool fails_completion;  // the next completion answers 200 with an error
    int busy_lists;         // the next lists answer 200 with the error SlowDown
    bool repeats_token;     // each page of a list says that the same page follows
    size_t unlisted_bytes;  // by which objects have grown when they are read
    // What was asked.
    int puts;  // of objects and parts that were stored
    int gets;  // of objects
    int lists; // of objects
};

// `port` 0: any. The fake must not be moved in memory until it is closed.
void fake_s3_open(struct fake_s3 *fake, sd_event *loop, uint16_t port);
// Connections are refused from now on. The objects stay.
void fake_s3_close(struct fake_s3 *fake);
void fake_s3_release(struct fake_s3 *fake);
void fake_s3_put(struct fake_s3 *fake, const char *key, const void *bytes, size_t size_bytes);
// NULL: there is none.
const struct fake_s3_bytes *fake_s3_find(const struct fake_s3 *fake, const char *key);
