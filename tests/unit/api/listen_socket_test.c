// The listening socket: one daemon has a port.
#include "api/listen_socket.h"

#include "base/file.h"
#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static struct error err;

Test(listen_socket, has_its_port_alone) {
    AUTO(file_close) int first = -1;
    int second = -1;
    uint16_t port;
    uint16_t second_port;

    cr_assert(listen_socket_open("127.0.0.1", 0, &first, &port, &err), "%s", err.message);
    cr_assert(ne(int, port, 0));
    cr_assert(not(listen_socket_open("localhost", port, &second, &second_port, &err)));
    cr_assert(eq(int, err.kind, ERROR_SYSTEM));
    cr_assert(strstr(err.message, "Another kobel daemon") != NULL, "%s", err.message);
    cr_assert(eq(int, second, -1));
}

Test(listen_socket, needs_an_address_of_this_host) {
    int fd = -1;
    uint16_t port;

    cr_assert(not(listen_socket_open("example.org", 0, &fd, &port, &err)));
    cr_assert(eq(int, err.kind, ERROR_INVALID));
    cr_assert(eq(str, err.message, "'example.org' is not an IPv4 address to listen on"));
    // From a block for documentation.
    cr_assert(not(listen_socket_open("192.0.2.1", 8290, &fd, &port, &err)));
    cr_assert(eq(int, err.kind, ERROR_SYSTEM));
    cr_assert(text_starts_with(err.message, "listen on 192.0.2.1 port 8290: "), "%s", err.message);
}
