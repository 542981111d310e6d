// Which events the loop gets from libcurl's sockets, and what callbacks may do.
#include "runtime/http/http_client.h"

#include "base/file.h"
#include "base/text.h"
#include "fakes/jobmanager.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static sd_event *loop;
static struct http_client *client;
static struct error err;

static void set_up(void) {
    cr_assert(sd_event_new(&loop) >= 0);
    cr_assert(http_client_new(loop, &client, &err), "%s", err.message);
}

static void tear_down(void) {
    http_client_free(client);
    loop = sd_event_unref(loop);
}

TestSuite(http_client, .init = set_up, .fini = tear_down);

// How many descriptors the loop's epoll watches.
static int count_watched(void) {
    char path[64];
    char line[256];
    int count = 0;

    (void)text_format(path, sizeof path, "/proc/self/fdinfo/%d", sd_event_get_fd(loop));
    FILE *info = fopen(path, "r");
    cr_assert(info != NULL);
    while (fgets(line, sizeof line, info) != NULL)
        if (text_starts_with(line, "tfd:")) count++;
    (void)fclose(info);
    return count;
}

// Keeps all sockets open, as a child does that has inherited them.
static int hold_sockets(int held[static 64]) {
    int count = 0;

    for (int fd = 3; fd < 256 && count < 64; fd++) {
        struct stat seen;
        if (fstat(fd, &seen) == 0 && S_ISSOCK(seen.st_mode))
            held[count++] = fcntl(fd, F_DUPFD, 256);
    }
    return count;
}

// A port that takes connections, and one that is never connected: its backlog is full.
struct full_door {
    int door;
    int guests[8];
    uint16_t port;
};

static struct full_door open_full_door(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    struct full_door full = {.door = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};

    cr_assert(bind(full.door, (struct sockaddr *)&address, size) == 0);
    cr_assert(listen(full.door, 0) == 0);
    cr_assert(getsockname(full.door, (struct sockaddr *)&address, &size) == 0);
    full.port = ntohs(address.sin_port);
    for (size_t index = 0; index < COUNT_OF(full.guests); index++) {
        full.guests[index] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        (void)connect(full.guests[index], (struct sockaddr *)&address, size);
    }
    return full;
}

static void close_full_door(const struct full_door *full) {
    for (size_t index = 0; index < COUNT_OF(full->guests); index++)
        file_close(full->guests[index]);
    file_close(full->door);
}

static void never(void *userdata, const struct http_reply *reply, const struct error *reason) {
    (void)userdata;
    (void)reply;
    (void)reason;
    cr_assert(false, "it was cancelled");
}

// libcurl 7.88 closes such a socket before it reports that: the loop would get events for ever, and
// the daemon ended (40 clusters booted at once, and one had inherited the socket).
Test(http_client, a_cancelled_connection_gives_no_events_although_a_child_has_its_socket) {
    struct full_door full = open_full_door();
    int before = count_watched();
    int held[64];
    char url[64];

    (void)text_format(url, sizeof url, "http://127.0.0.1:%u/", full.port);
    struct http_call call = {.method = "GET", .url = url, .timeout_ms = 60000, .done = never};
    struct http_request *request = http_client_send(client, &call);
    while (count_watched() == before)
        cr_assert(sd_event_run(loop, 10000000) > 0, "nothing happens any more");
    int count = hold_sockets(held);
    http_request_cancel(request);
    cr_assert(eq(int, count_watched(), before));
    cr_assert(gt(int, count, 0));
    for (int index = 0; index < count; index++)
        file_close(held[index]);
    close_full_door(&full);
}

struct outcome {
    bool is_done;
    enum error_kind kind; // of no answer
    long status;
};

static void on_done(void *userdata, const struct http_reply *reply, const struct error *reason) {
    struct outcome *outcome = userdata;

    outcome->is_done = true;
    if (reply != NULL)
        outcome->status = reply->status;
    else
        outcome->kind = reason->kind;
}

static struct outcome ask(uint16_t port, int64_t timeout_ms) {
    struct outcome outcome = {0};
    char url[64];

    (void)text_format(url, sizeof url, "http://127.0.0.1:%u/x", port);
    struct http_call call = {.method = "GET",
                             .url = url,
                             .timeout_ms = timeout_ms,
                             .done = on_done,
                             .userdata = &outcome};
    (void)http_client_send(client, &call);
    while (!outcome.is_done)
        cr_assert(sd_event_run(loop, 60000000) > 0, "nothing happens any more");
    return outcome;
}

// Otherwise libcurl fails the transfers of all clusters, also later ones.
Test(http_client, a_request_without_a_descriptor_fails_by_itself) {
    static const struct fake_answer answers[] = {{"/x", "[]", 0}, {0}};
    struct fake_jobmanager fake = {.answers = answers};
    struct full_door full = open_full_door();
    struct rlimit before;

    fake_jobmanager_open(&fake, loop);
    cr_assert(getrlimit(RLIMIT_NOFILE, &before) == 0);
    int lowest = fcntl(sd_event_get_fd(loop), F_DUPFD_CLOEXEC, 0);
    file_close(lowest);
    struct rlimit one_left = {.rlim_cur = (rlim_t)lowest + 1, .rlim_max = before.rlim_max};
    cr_assert(setrlimit(RLIMIT_NOFILE, &one_left) == 0);
    cr_assert(eq(int, ask(full.port, 100).kind, ERROR_UNAVAILABLE));
    cr_assert(setrlimit(RLIMIT_NOFILE, &before) == 0);
    cr_assert(eq(long, ask(fake.port, 60000).status, 200));
    fake_jobmanager_close(&fake);
    close_full_door(&full);
}

// --- callbacks ---

struct repetition {
    struct http_call call;
    struct http_request *request;
    int answered;
    char body[8]; // of the last answer
};

static void on_repeat(void *userdata, const struct http_reply *reply, const struct error *reason) {
    struct repetition *repetition = userdata;

    cr_assert(reason == NULL, "%s", reason == NULL ? "" : reason->message);
    http_request_cancel(repetition->request);
    repetition->request = NULL;
    if (++repetition->answered == 1)
        repetition->request = http_client_send(client, &repetition->call);
    (void)text_copy(repetition->body, sizeof repetition->body, reply->body);
}

Test(http_client, a_callback_may_cancel_its_own_request_and_send_another) {
    static const struct fake_answer answers[] = {{"/x", "[1]", 0}, {0}};
    struct fake_jobmanager fake = {.answers = answers};
    struct repetition repetition = {0};
    char url[64];

    fake_jobmanager_open(&fake, loop);
    (void)text_format(url, sizeof url, "%s/x", fake.url);
    repetition.call = (struct http_call){.method = "GET",
                                         .url = url,
                                         .timeout_ms = 60000,
                                         .done = on_repeat,
                                         .userdata = &repetition};
    repetition.request = http_client_send(client, &repetition.call);
    while (repetition.answered < 2) {
        cr_assert(sd_event_run(loop, 60000000) > 0, "nothing happens any more");
        if (repetition.answered > 0) cr_assert(eq(str, repetition.body, "[1]"));
    }
    fake_jobmanager_close(&fake);
}

Test(http_client, an_upload_of_more_than_the_file_has_fails) {
    static const struct fake_answer answers[] = {{"/x", "[1]", 0}, {0}};
    struct fake_jobmanager fake = {.answers = answers};
    int fd = open("/tmp", O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
    struct http_upload upload = {.fd = fd, .size_bytes = 10};
    struct outcome outcome = {0};
    char url[64];

    fake_jobmanager_open(&fake, loop);
    cr_assert(file_write_all(fd, "short", 5));
    (void)text_format(url, sizeof url, "%s/x", fake.url);
    struct http_call call = {.method = "PUT",
                             .url = url,
                             .upload = &upload,
                             .timeout_ms = 60000,
                             .done = on_done,
                             .userdata = &outcome};
    (void)http_client_send(client, &call);
    while (!outcome.is_done)
        cr_assert(sd_event_run(loop, 60000000) > 0, "nothing happens any more");
    cr_assert(eq(int, outcome.kind, ERROR_SYSTEM));
    file_close(fd);
    fake_jobmanager_close(&fake);
}
