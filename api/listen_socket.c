#include "api/listen_socket.h"

#include "base/file.h"
#include "base/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

static bool read_address(const char *text, uint16_t port, struct sockaddr_in *out,
                         struct error *err) {
    const char *address = text_equal(text, "localhost") ? "127.0.0.1" : text;

    *out = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port)};
    return inet_pton(AF_INET, address, &out->sin_addr) == 1 ||
           error_set(err, ERROR_INVALID, "'%s' is not an IPv4 address to listen on", text);
}

static bool fail(int error_number, const char *address, unsigned port, struct error *err) {
    if (error_number != EADDRINUSE)
        return error_system(err, error_number, "listen on %s port %u", address, port);
    return error_set(err, ERROR_SYSTEM,
                     "%s port %u: Address already in use. Another kobel daemon or another program "
                     "listens there: end it, or use another --port (0 = a free one)",
                     address, port);
}

// Without SO_REUSEPORT, which libmicrohttpd would set: a second daemon would share the port and get
// every other request. SO_REUSEADDR only lets a daemon follow one that has just ended.
bool listen_socket_open(const char *address, uint16_t port, int *out_fd, uint16_t *out_port,
                        struct error *err) {
    struct sockaddr_in bound;
    socklen_t bound_bytes = sizeof bound;
    int one = 1;

    if (!read_address(address, port, &bound, err)) return false;
    AUTO(file_close) int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return error_system(err, errno, "open a socket to listen on");
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, (const struct sockaddr *)&bound, sizeof bound) != 0 ||
        listen(fd, SOMAXCONN) != 0 || getsockname(fd, (struct sockaddr *)&bound, &bound_bytes) != 0)
        return fail(errno, address, port, err);
    *out_port = ntohs(bound.sin_port);
    *out_fd = file_take(&fd);
    return true;
}
