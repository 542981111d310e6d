#include "api/http_guard.h"

#include "base/text.h"

#include <arpa/inet.h>
#include <string.h>

// By number, not by looks: "127.evil.example" is somebody's name.
static bool is_loopback(const char *address) {
    struct in_addr number;

    if (inet_pton(AF_INET, address, &number) == 1) return ntohl(number.s_addr) >> 24 == 127;
    return text_equal(address, "::1") || text_equal(address, "localhost");
}

// "host:port", "[::1]:port" or "host" without its port.
static void strip_port(const char *host, char *out, size_t size_bytes) {
    const char *end = host[0] == '[' ? strchr(host, ']') : strrchr(host, ':');

    if (host[0] == '[')
        (void)text_format(out, size_bytes, "%.*s", end == NULL ? 0 : (int)(end - host - 1),
                          host + 1);
    else
        (void)text_format(out, size_bytes, "%.*s", end == NULL ? 255 : (int)(end - host), host);
}

static bool is_own_host(const char *host) {
    char name[256];

    strip_port(host, name, sizeof name);
    return is_loopback(name) || text_ends_with(name, ".localhost");
}

bool http_guard_admits(const char *origin, const char *host, const char *listen_address) {
    char own[300];

    if (is_loopback(listen_address) && host != NULL && !is_own_host(host)) return false;
    if (origin == NULL) return true;
    (void)text_format(own, sizeof own, "http://%s", host == NULL ? "" : host);
    return text_equal(origin, own);
}
