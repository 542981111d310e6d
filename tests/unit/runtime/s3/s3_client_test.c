// Requests, lists, uploads and downloads, with a fake endpoint that checks signatures.
#include "runtime/s3/s3_client.h"

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "fakes/fake_s3.h"
#include "runtime/s3/s3_fetch.h"
#include "runtime/s3/s3_list.h"
#include "runtime/s3/s3_put.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static const char ODD_KEY[] = "a b/\u00e4+%20?x&y=<z>/../'\"";

static sd_event *loop;
static struct fake_s3 fake;
static struct s3_client *client;
static int file;

static void set_up(void) {
    struct error err;

    (void)signal(SIGPIPE, SIG_IGN); // as the daemon
    cr_assert(sd_event_new(&loop) >= 0);
    fake = (struct fake_s3){.bucket = "bucket", .secret_key = "a/secret+key"};
    fake_s3_open(&fake, loop, 0);
    struct s3_options options = {.endpoint = fake.url,
                                 .access_key = "key",
                                 .secret_key = "a/secret+key",
                                 .session_token = "",
                                 .region = "us-east-1",
                                 .ca_bundle = ""};
    cr_assert(s3_client_new(loop, &options, &client, &err), "%s", err.message);
    file = open("/tmp", O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
    cr_assert(file >= 0);
}

static void tear_down(void) {
    s3_client_free(client);
    fake_s3_release(&fake);
    (void)sd_event_unref(loop);
    file_close(file);
}

TestSuite(s3_client, .init = set_up, .fini = tear_down);

struct outcome {
    bool is_done;
    bool has_failed;
    struct s3_failure failure;
    int visits;
    int visits_max;
    char last[256];
};

static void on_end(void *userdata, const struct s3_failure *failure) {
    struct outcome *outcome = userdata;

    outcome->is_done = true;
    outcome->has_failed = failure != NULL;
    if (failure != NULL) outcome->failure = *failure;
}

static void run(const struct outcome *outcome) {
    while (!outcome->is_done)
        cr_assert(sd_event_run(loop, UINT64_MAX) >= 0);
}

static struct outcome put(const char *key, int64_t size_bytes) {
    struct outcome outcome = {0};
    struct s3_put_call call = {.bucket = "bucket",
                               .key = key,
                               .fd = file,
                               .size_bytes = size_bytes,
                               .parts_from_bytes = 100,
                               .part_bytes = 40,
                               .done = on_end,
                               .userdata = &outcome};

    (void)s3_put_begin(client, &call);
    run(&outcome);
    return outcome;
}

static struct outcome fetch_of(const char *key, int64_t size_bytes) {
    struct outcome outcome = {0};
    struct s3_fetch_call call = {.bucket = "bucket",
                                 .key = key,
                                 .fd = file,
                                 .size_bytes = size_bytes,
                                 .done = on_end,
                                 .userdata = &outcome};

    (void)s3_fetch_begin(client, &call);
    run(&outcome);
    return outcome;
}

static struct outcome fetch(const char *key) {
    const struct fake_s3_bytes *found = fake_s3_find(&fake, key);

    return fetch_of(key, found == NULL ? 0 : (int64_t)found->size_bytes);
}

static bool visit(void *userdata, const char *key, int64_t size_bytes) {
    struct outcome *outcome = userdata;

    (void)size_bytes;
    (void)text_copy(outcome->last, sizeof outcome->last, key);
    return ++outcome->visits < outcome->visits_max;
}

static struct outcome list(const char *prefix, int visits_max) {
    struct outcome outcome = {.visits_max = visits_max};
    struct s3_list_call call = {
        .bucket = "bucket", .prefix = prefix, .visit = visit, .done = on_end, .userdata = &outcome};

    (void)s3_list_begin(client, &call);
    run(&outcome);
    return outcome;
}

static void fill_file(int count) {
    for (int index = 0; index < count; index++)
        cr_assert(file_write_all(file, "0123456789", 10));
}

Test(s3_client, keys_of_any_characters_are_written_listed_and_read) {
    char bytes[8] = "";

    cr_assert(file_write_all(file, "abc", 3));
    struct outcome outcome = put(ODD_KEY, 3);
    cr_assert(not(outcome.has_failed), "%s", outcome.failure.message);
    outcome = list("a b/\u00e4+%20?x&y=", 10);
    cr_assert(not(outcome.has_failed), "%s", outcome.failure.message);
    cr_assert(eq(str, outcome.last, (char *)ODD_KEY));
    cr_assert(ftruncate(file, 0) == 0 && lseek(file, 0, SEEK_SET) == 0);
    outcome = fetch(ODD_KEY);
    cr_assert(not(outcome.has_failed), "%s", outcome.failure.message);
    cr_assert(eq(sz, (size_t)pread(file, bytes, sizeof bytes, 0), 3));
    cr_assert(eq(str, bytes, "abc"));
}

enum { LARGE_BYTES = 5 << 20 };

static char *put_large_object(void) {
    char *bytes = memory_alloc(LARGE_BYTES);

    for (int index = 0; index < LARGE_BYTES; index++)
        bytes[index] = (char)(index % 251);
    fake_s3_put(&fake, "large", bytes, LARGE_BYTES);
    return bytes;
}

// It comes faster than the child of the file writes it, so it is paused and resumed.
Test(s3_client, a_large_object_is_read) {
    AUTO(memory_free) char *bytes = put_large_object();
    AUTO(memory_free) char *found = memory_alloc(LARGE_BYTES);

    struct outcome outcome = fetch("large");
    cr_assert(not(outcome.has_failed), "%s", outcome.failure.message);
    cr_assert(eq(i64, pread(file, found, LARGE_BYTES, 0), LARGE_BYTES));
    cr_assert(memcmp(bytes, found, LARGE_BYTES) == 0);
    cr_assert(eq(i64, lseek(file, 0, SEEK_END), LARGE_BYTES));
}

Test(s3_client, a_large_object_that_the_disk_has_no_room_for_is_a_failure_of_this_machine) {
    AUTO(memory_free) char *bytes = put_large_object();
    struct rlimit limit = {.rlim_cur = 1 << 20, .rlim_max = RLIM_INFINITY};

    (void)signal(SIGXFSZ, SIG_IGN);
    cr_assert(setrlimit(RLIMIT_FSIZE, &limit) == 0); // the child has it, too
    struct outcome outcome = fetch("large");
    cr_assert(outcome.has_failed);
    cr_assert(eq(int, outcome.failure.fault, S3_FAULT_LOCAL));
}

// One without an end would fill the disk.
Test(s3_client, no_more_is_read_of_an_object_than_the_list_said) {
    AUTO(memory_free) char *bytes = put_large_object();

    struct outcome outcome = fetch_of("large", 1000);
    cr_assert(outcome.has_failed);
    cr_assert(eq(int, outcome.failure.fault, S3_FAULT_CHANGED));
    cr_assert(eq(str, outcome.failure.message,
                 "read 'bucket/large': it has more than 1000 bytes: it was changed while it was "
                 "read"));
    cr_assert(le(i64, lseek(file, 0, SEEK_END), 1000));
}

struct refusal {
    struct s3_request *request;
    int pieces;
    bool is_done;
    enum error_kind kind;
};

// libcurl has read more than it has given, and gives that when the request is resumed.
static bool refuse_after_a_pause(void *userdata, const char *bytes, size_t size_bytes) {
    struct refusal *refusal = userdata;

    (void)bytes;
    (void)size_bytes;
    if (refusal->pieces++ == 0) s3_request_pause(refusal->request);
    return refusal->pieces == 1;
}

static void on_refused(void *userdata, const struct http_reply *reply, const struct error *err) {
    struct refusal *refusal = userdata;

    cr_assert(reply == NULL);
    refusal->is_done = true;
    refusal->kind = err->kind;
}

static int resume(sd_event_source *source, uint64_t now_us, void *userdata) {
    (void)source;
    (void)now_us;
    s3_request_resume(((struct refusal *)userdata)->request);
    return 0;
}

Test(s3_client, a_piece_that_is_refused_after_a_pause_ends_the_request) {
    AUTO(memory_free) char *bytes = put_large_object();
    struct refusal refusal = {0};
    struct s3_call call = {.method = "GET",
                           .bucket = "bucket",
                           .key = "large",
                           .sink = refuse_after_a_pause,
                           .done = on_refused,
                           .userdata = &refusal};

    refusal.request = s3_client_send(client, &call);
    while (refusal.pieces == 0)
        cr_assert(sd_event_run(loop, UINT64_MAX) >= 0);
    cr_assert(sd_event_add_time_relative(loop, NULL, CLOCK_MONOTONIC, 1000, 1, resume, &refusal) >=
              0);
    while (!refusal.is_done)
        cr_assert(sd_event_run(loop, 60000000) > 0, "nothing happens any more");
    cr_assert(eq(int, refusal.kind, ERROR_SYSTEM));
}

Test(s3_client, the_read_of_a_large_object_can_be_given_up) {
    AUTO(memory_free) char *bytes = put_large_object();
    struct outcome outcome = {0};
    struct s3_fetch_call call = {.bucket = "bucket",
                                 .key = "large",
                                 .fd = file,
                                 .size_bytes = LARGE_BYTES,
                                 .done = on_end,
                                 .userdata = &outcome};

    struct s3_fetch *read = s3_fetch_begin(client, &call);
    while (lseek(file, 0, SEEK_END) < LARGE_BYTES / 4)
        cr_assert(sd_event_run(loop, UINT64_MAX) >= 0);
    s3_fetch_cancel(read);
    cr_assert(not(outcome.is_done));
}

Test(s3_client, a_large_file_of_a_key_of_any_characters_is_written_in_parts) {
    fill_file(11);
    struct outcome outcome = put(ODD_KEY, 110);
    cr_assert(not(outcome.has_failed), "%s", outcome.failure.message);
    cr_assert(eq(int, fake.puts, 3));
    cr_assert(eq(sz, fake_s3_find(&fake, ODD_KEY)->size_bytes, 110));
}

Test(s3_client, parts_of_another_size_are_sent_again) {
    fill_file(11);
    fake.upload_count = 1;
    (void)text_copy(fake.uploads[0].key, sizeof fake.uploads[0].key, "key");
    fake.uploads[0].parts[1] = (struct fake_s3_bytes){strndup("other", 5), 5};
    fake.uploads[0].parts[2] =
        (struct fake_s3_bytes){strndup("0123456789012345678901234567890123456789", 40), 40};
    struct outcome outcome = put("key", 110);
    cr_assert(not(outcome.has_failed), "%s", outcome.failure.message);
    cr_assert(eq(int, fake.puts, 2));
    cr_assert(eq(sz, fake.upload_count, 1));
    cr_assert(eq(sz, fake_s3_find(&fake, "key")->size_bytes, 110));
}

Test(s3_client, a_file_that_became_shorter_is_a_failure_of_this_machine) {
    fill_file(5);
    struct outcome outcome = put("key", 60);
    cr_assert(outcome.has_failed);
    cr_assert(eq(int, outcome.failure.fault, S3_FAULT_LOCAL));
    cr_assert(eq(sz, fake.object_count, 0));
}

Test(s3_client, a_list_has_many_pages_and_can_be_given_up) {
    char key[16];

    fake.page_max = 3;
    for (int number = 0; number < 10; number++) {
        (void)text_format(key, sizeof key, "p/%d", number);
        fake_s3_put(&fake, key, "x", 1);
    }
    struct outcome outcome = list("p/", 100);
    cr_assert(not(outcome.has_failed), "%s", outcome.failure.message);
    cr_assert(eq(int, outcome.visits, 10));
    outcome = list("p/", 5);
    cr_assert(outcome.has_failed);
    cr_assert(eq(int, outcome.visits, 5));
}

Test(s3_client, a_list_that_repeats_itself_is_a_failure) {
    fake.repeats_token = true;
    struct outcome outcome = list("p/", 100);
    cr_assert(outcome.has_failed);
    cr_assert(eq(str, outcome.failure.message, "list the bucket 'bucket': the list does not end"));
    cr_assert(eq(int, fake.lists, 2));
}

Test(s3_client, a_server_may_say_in_an_answer_of_status_200_that_it_is_busy) {
    fake.busy_lists = 1;
    struct outcome outcome = list("p/", 100);
    cr_assert(outcome.has_failed);
    cr_assert(eq(int, outcome.failure.fault, S3_FAULT_PASSING));
}

Test(s3_client, failures_are_told_apart) {
    cr_assert(eq(int, fetch("absent").failure.fault, S3_FAULT_OBJECT));
    fake.bucket = "another";
    cr_assert(eq(int, fetch("absent").failure.fault, S3_FAULT_BUCKET));
    cr_assert(eq(int, list("", 1).failure.fault, S3_FAULT_BUCKET));
    fake.secret_key = "another";
    struct outcome outcome = fetch("absent");
    cr_assert(eq(int, outcome.failure.fault, S3_FAULT_ACCESS));
    cr_assert(eq(str, outcome.failure.message,
                 "read 'bucket/absent': SignatureDoesNotMatch: of the fake"));
    fake.secret_key = "a/secret+key";
    fake.failures = 4;
    cr_assert(eq(int, fetch("absent").failure.fault, S3_FAULT_PASSING));
}

Test(s3_client, a_bundle_is_read_for_https_only) {
    struct s3_options options = {.access_key = "",
                                 .secret_key = "",
                                 .session_token = "",
                                 .region = "",
                                 .ca_bundle = "/no/such.pem"};
    struct s3_client *other = NULL;
    struct error err;

    options.endpoint = "https://s3.example.test";
    cr_assert(not(s3_client_new(loop, &options, &other, &err)));
    cr_assert(eq(str, err.message,
                 "the CA bundle /no/such.pem (--s3-ca-bundle, AWS_CA_BUNDLE): No such file or "
                 "directory"));
    options.endpoint = "http://s3.example.test";
    cr_assert(s3_client_new(loop, &options, &other, &err), "%s", err.message);
    s3_client_free(other);
}
