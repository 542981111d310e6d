// A libmicrohttpd server that only sends a fixed body of a given size: the limit of the library on
// this machine, for tests/bench/api.py. Prints its port, and ends with its standard input.
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

static char *body;
static size_t body_bytes;

static enum MHD_Result on_request(void *userdata, struct MHD_Connection *connection,
                                  const char *url, const char *method, const char *version,
                                  const char *upload, size_t *upload_bytes, void **place) {
    (void)userdata, (void)url, (void)method, (void)version, (void)upload;
    if (*place == NULL) {
        *place = body;
        return MHD_YES;
    }
    if (*upload_bytes > 0) {
        *upload_bytes = 0;
        return MHD_YES;
    }
    struct MHD_Response *response =
        MHD_create_response_from_buffer(body_bytes, body, MHD_RESPMEM_PERSISTENT);
    MHD_add_response_header(response, "Content-Type", "application/x-amz-json-1.1");
    enum MHD_Result sent = MHD_queue_response(connection, 200, response);
    MHD_destroy_response(response);
    return sent;
}

int main(int count, char **arguments) {
    if (count != 2) return 2;
    body_bytes = strtoul(arguments[1], NULL, 10);
    body = malloc(body_bytes);
    memset(body, 'x', body_bytes);
    struct MHD_Daemon *daemon = MHD_start_daemon(MHD_USE_EPOLL, 0, NULL, NULL, on_request, NULL,
                                                 MHD_OPTION_CONNECTION_LIMIT, 512U, MHD_OPTION_END);
    printf("%u\n", MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
    fflush(stdout);
    int epoll = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = 0};
    epoll_ctl(epoll, EPOLL_CTL_ADD, 0, &event);
    event.data.fd = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
    epoll_ctl(epoll, EPOLL_CTL_ADD, event.data.fd, &event);
    for (;;) {
        int ready = epoll_wait(epoll, &event, 1, 1000);
        if (ready > 0 && event.data.fd == 0) break;
        MHD_run(daemon);
    }
    MHD_stop_daemon(daemon);
    return 0;
}
