// Exports and imports of a small savepoint: what the tests of both kinds of buckets share.
#pragma once

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "fakes/fake_s3.h"
#include "runtime/transfer/bucket_transfers.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define METADATA                                                                                   \
    "\x49\x60\x67\x2d"                                                                             \
    "rest"

static char top[] = "/tmp/kobel-transfers-XXXXXX";
static char data[64];
static char s3[64];
static sd_event *loop;
static struct fake_s3 fake;
static struct bucket_transfers *transfers;
static bool is_remote;

struct outcome {
    bool is_done;
    enum transfer_fault fault;
    int64_t size_bytes;
    char reason[TRANSFER_REASON_SIZE];
};

static void open_transfers(void) {
    struct bucket_transfers_options options = {
        .data_directory = data,
        .s3_directory = s3,
        .s3 = {.endpoint = is_remote ? fake.url : NULL,
               .access_key = "key",
               .secret_key = "secret",
               .session_token = "",
               .ca_bundle = "",
               .region = "us-east-1"},
        .parts_from_bytes = 100000,
        .part_bytes = 40000,
        .first_pause_ms = 1,
    };
    struct error err;

    cr_assert(bucket_transfers_new(loop, &options, &transfers, &err), "%s", err.message);
}

static void set_up(void) {
    cr_assert(mkdtemp(top) != NULL);
    (void)text_format(data, sizeof data, "%s/data", top);
    (void)text_format(s3, sizeof s3, "%s/s3", top);
    cr_assert(mkdir(data, 0700) == 0 && mkdir(s3, 0700) == 0);
    cr_assert(sd_event_new(&loop) >= 0);
    fake = (struct fake_s3){.bucket = "bucket", .secret_key = "secret"};
    fake_s3_open(&fake, loop, 0);
    is_remote = true;
    open_transfers();
}

static void tear_down(void) {
    struct error err;

    bucket_transfers_free(transfers);
    fake_s3_release(&fake);
    (void)sd_event_unref(loop);
    cr_assert(file_remove_tree(top, &err), "%s", err.message);
}

// The daemon was killed and is started again.
static void reopen(void) {
    bucket_transfers_free(transfers);
    open_transfers();
}

// --- files ---

static void write_file(const char *directory, const char *name, const void *bytes, size_t size) {
    char path[FILE_PATH_MAX];
    struct error err;

    (void)text_format(path, sizeof path, "%s/%s", directory, name);
    char *slash = strrchr(path, '/');
    *slash = '\0';
    cr_assert(file_make_directories(path, 0700, &err), "%s", err.message);
    *slash = '/';
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    cr_assert(fd >= 0 && file_write_all(fd, bytes, size));
    file_close(fd);
}

static bool has_file(const char *directory, const char *name, const void *bytes, size_t size) {
    AUTO(buffer_release) struct buffer found = BUFFER_INIT(1 << 22);
    char path[FILE_PATH_MAX];

    (void)text_format(path, sizeof path, "%s/%s", directory, name);
    return file_read(path, &found, NULL) && found.size_bytes == size &&
           memcmp(buffer_text(&found), bytes, size) == 0;
}

static char large[250000];

static void fill_large(void) {
    for (size_t at = 0; at < sizeof large; at++)
        large[at] = (char)(at * 7 + at / 251);
}

static const char *snapshot(const char *name) {
    static char path[128];

    (void)text_format(path, sizeof path, "%s/snapshots/%s", data, name);
    return path;
}

enum { SMALL_BYTES = 8 + 3 + 0 };

static void make_savepoint(void) {
    fill_large();
    write_file(snapshot("one"), "_metadata", METADATA, 8);
    write_file(snapshot("one"), "a b/\u00e4", "abc", 3);
    write_file(snapshot("one"), "empty", "", 0);
    write_file(snapshot("one"), "large", large, sizeof large);
}

static void check_imported(const char *name) {
    cr_assert(has_file(snapshot(name), "_metadata", METADATA, 8));
    cr_assert(has_file(snapshot(name), "a b/\u00e4", "abc", 3));
    cr_assert(has_file(snapshot(name), "empty", "", 0));
    cr_assert(has_file(snapshot(name), "large", large, sizeof large));
}

// --- transfers ---

static void on_done(void *userdata, const char *id, const struct transfer_result *result) {
    struct outcome *outcome = userdata;

    cr_assert(eq(str, (char *)id, "op"));
    cr_assert(not(outcome->is_done));
    outcome->is_done = true;
    outcome->fault = result->fault;
    outcome->size_bytes = result->size_bytes;
    (void)text_copy(outcome->reason, sizeof outcome->reason, result->reason);
}

static void begin(enum transfer_kind kind, const char *name, struct outcome *outcome) {
    struct snapshot_transfer_port port = bucket_transfers_port(transfers);
    struct transfer_order order = {.id = "op",
                                   .kind = kind,
                                   .directory = snapshot(name),
                                   .bucket = "bucket",
                                   .prefix = "exports/op/"};

    snapshot_transfer_begin(&port, &order, on_done, outcome);
    cr_assert(not(outcome->is_done));
}

static void run(const bool *until) {
    while (!*until)
        cr_assert(sd_event_run(loop, UINT64_MAX) >= 0);
}

static struct outcome transfer(enum transfer_kind kind, const char *name) {
    struct outcome outcome = {0};

    begin(kind, name, &outcome);
    run(&outcome.is_done);
    return outcome;
}

static void check_success(struct outcome outcome) {
    cr_assert(eq(str, outcome.reason, ""));
    cr_assert(eq(int, outcome.fault, TRANSFER_FAULT_NONE));
    cr_assert(eq(i64, outcome.size_bytes, SMALL_BYTES + (int64_t)sizeof large));
}

static void check_failure(struct outcome outcome, enum transfer_fault fault) {
    cr_assert(
        eq(str, (char *)transfer_fault_code(outcome.fault), (char *)transfer_fault_code(fault)),
        "%s", outcome.reason);
    cr_assert(not(text_is_empty(outcome.reason)));
    cr_assert(eq(i64, outcome.size_bytes, 0));
}

enum { EVENTS_MAX = 150, EVENTS_STEP = 13 };

// Kills the daemon after that many events and begins the same transfer again.
static void kill_and_repeat(enum transfer_kind kind, const char *name, int events) {
    struct outcome killed = {0};

    begin(kind, name, &killed);
    for (int count = 0; count < events && !killed.is_done; count++)
        cr_assert(sd_event_run(loop, UINT64_MAX) >= 0);
    reopen();
    check_success(transfer(kind, name));
}
