#include "runtime/port_pool.h"

#include "base/file.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#define PORTS_MAX 8

static bool bind_any(int *out_fd, uint16_t *out_port, struct error *err) {
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    AUTO(file_close) int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) < 0 ||
        getsockname(fd, (struct sockaddr *)&address, &size) < 0)
        return error_system(err, errno, "find a free port");
    *out_port = ntohs(address.sin_port);
    *out_fd = file_take(&fd);
    return true;
}

bool port_pool_find(uint16_t *out_ports, size_t count, struct error *err) {
    int fds[PORTS_MAX] = {0};
    size_t bound = 0;
    bool found = true;

    // All are held until the last one is found: the kernel cannot give the same one twice.
    while (found && bound < count && bound < PORTS_MAX) {
        found = bind_any(&fds[bound], &out_ports[bound], err);
        if (found) bound++;
    }
    for (size_t index = 0; index < bound; index++)
        file_close(fds[index]);
    return found;
}
