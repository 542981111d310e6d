#include "fakes/jobmanager.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static void close_connection(struct fake_jobmanager *fake) {
    if (fake->connection != NULL) (void)sd_event_source_set_io_fd_own(fake->connection, 1);
    fake->connection = sd_event_source_disable_unref(fake->connection);
    memory_free(fake->text);
    fake->text = NULL;
    (void)sd_event_source_set_enabled(fake->listener, SD_EVENT_ON);
}

// False: there is no answer.
static bool prepare_answer(struct fake_jobmanager *fake, const char *path) {
    const struct fake_answer *answer = fake->answers;
    const char *head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\n";

    while (answer->path != NULL && !text_starts_with(path, answer->path))
        answer++;
    fake->requests++;
    fake->asked_us = clock_monotonic_us();
    if (answer->path != NULL && answer->json == NULL) {
        fake->unanswered++;
        return false;
    }
    bool is_missing = answer->path == NULL || text_equal(answer->json, "404");
    const char *json = is_missing ? "{\"errors\":[\"not found\"]}" : answer->json;
    size_t length = strlen(json);
    size_t size_bytes = answer->size_bytes > length ? answer->size_bytes : length;
    if (is_missing) head = "HTTP/1.1 404 Not Found\r\nConnection: close\r\n";
    char *start = memory_format("%sContent-Length: %zu\r\n\r\n", head, size_bytes);
    size_t start_bytes = strlen(start);
    fake->size_bytes = start_bytes + size_bytes;
    fake->sent_bytes = 0;
    fake->text = memory_alloc(fake->size_bytes);
    memcpy(fake->text, start, start_bytes);
    memcpy(fake->text + start_bytes, json, length);
    memset(fake->text + start_bytes + length, ' ', size_bytes - length);
    memory_free(start);
    return true;
}

static int on_request(sd_event_source *source, int fd, uint32_t events, void *userdata) {
    struct fake_jobmanager *fake = userdata;
    char request[8192] = "";

    (void)events;
    if (fake->text == NULL) {
        // A request is small: one read returns all of it.
        if (recv(fd, request, sizeof request - 1, 0) <= 0) {
            close_connection(fake);
            return 0;
        }
        const char *path = strchr(request, ' ');
        if (prepare_answer(fake, path == NULL ? "" : path + 1))
            (void)sd_event_source_set_io_events(source, EPOLLOUT);
        else
            close_connection(fake);
        return 0;
    }
    ssize_t sent = send(fd, fake->text + fake->sent_bytes, fake->size_bytes - fake->sent_bytes,
                        MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) fake->sent_bytes += (size_t)sent;
    if (sent <= 0 || fake->sent_bytes == fake->size_bytes) close_connection(fake);
    return 0;
}

static int on_connection(sd_event_source *source, int fd, uint32_t events, void *userdata) {
    struct fake_jobmanager *fake = userdata;

    (void)events;
    // One connection at a time: the next one waits.
    (void)sd_event_source_set_enabled(source, SD_EVENT_OFF);
    int fd_of_client = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd_of_client < 0 || sd_event_add_io(sd_event_source_get_event(source), &fake->connection,
                                            fd_of_client, EPOLLIN, on_request, fake) < 0)
        abort();
    return 0;
}

void fake_jobmanager_open(struct fake_jobmanager *fake, sd_event *loop) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || bind(fd, (const struct sockaddr *)&at, size) < 0 || listen(fd, 8) < 0 ||
        getsockname(fd, (struct sockaddr *)&at, &size) < 0 ||
        sd_event_add_io(loop, &fake->listener, fd, EPOLLIN, on_connection, fake) < 0)
        abort();
    fake->port = ntohs(at.sin_port);
    (void)text_format(fake->url, sizeof fake->url, "http://127.0.0.1:%u", fake->port);
}

void fake_jobmanager_close(struct fake_jobmanager *fake) {
    close_connection(fake);
    (void)sd_event_source_set_io_fd_own(fake->listener, 1);
    fake->listener = sd_event_source_disable_unref(fake->listener);
}
