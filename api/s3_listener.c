#include "api/s3_listener.h"

#include "api/listen_socket.h"
#include "base/file.h"
#include "base/memory.h"

#include <netinet/in.h>
#include <sys/epoll.h>

static const char ADDRESS[] = "127.0.0.1";
// In a turn of the loop.
enum { ACCEPTED_AT_ONCE = 8 };

struct s3_listener {
    sd_event_source *io;
    int fd;
    uint16_t port;
    s3_listener_accept_fn *accept;
    void *userdata;
};

static int on_connections(sd_event_source *source, int fd, uint32_t events, void *userdata) {
    const struct s3_listener *listener = userdata;

    (void)source;
    (void)events;
    for (int count = 0; count < ACCEPTED_AT_ONCE; count++) {
        struct sockaddr_in address;
        socklen_t address_bytes = sizeof address;
        int connection =
            accept4(fd, (struct sockaddr *)&address, &address_bytes, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (connection < 0) break;
        listener->accept(listener->userdata, connection, (const struct sockaddr *)&address,
                         address_bytes);
    }
    return 0;
}

bool s3_listener_open(sd_event *loop, uint16_t port, s3_listener_accept_fn *accept, void *userdata,
                      struct s3_listener **out_listener, struct error *err) {
    AUTO(s3_listener_free) struct s3_listener *listener = memory_alloc(sizeof *listener);

    listener->fd = -1;
    listener->accept = accept;
    listener->userdata = userdata;
    if (!listen_socket_open(ADDRESS, port, &listener->fd, &listener->port, NULL) &&
        !listen_socket_open(ADDRESS, 0, &listener->fd, &listener->port, err))
        return false;
    int code =
        sd_event_add_io(loop, &listener->io, listener->fd, EPOLLIN, on_connections, listener);
    if (code < 0) return error_system(err, -code, "watch the socket for S3");
    *out_listener = TAKE(listener);
    return true;
}

uint16_t s3_listener_port(const struct s3_listener *listener) {
    return listener->port;
}

void s3_listener_free(struct s3_listener *listener) {
    if (listener == NULL) return;
    (void)sd_event_source_disable_unref(listener->io);
    if (listener->fd >= 0) file_close(listener->fd);
    memory_free(listener);
}
