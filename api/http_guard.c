#include "api/http_guard.h"

#include "base/host_name.h"
#include "base/text.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static bool is_ipv6(const char *address) {
    struct in6_addr number;

    return inet_pton(AF_INET6, address, &number) == 1;
}

static bool is_ipv4(const char *address) {
    struct in_addr number;

    return inet_pton(AF_INET, address, &number) == 1;
}

static bool is_allowed(const struct http_guard *guard, const char *name) {
    for (const char *const *one = guard->allowed_hosts; one != NULL && *one != NULL; one++)
        if (strcasecmp(*one, name) == 0) return true;
    return false;
}

void http_guard_init(struct http_guard *guard, const char *listen_address,
                     const char *const *allowed_hosts) {
    *guard = (struct http_guard){.listen_address = listen_address, .allowed_hosts = allowed_hosts};
    if (gethostname(guard->own_name, sizeof guard->own_name - 1) != 0) guard->own_name[0] = '\0';
}

bool http_guard_admits_host(const struct http_guard *guard, const char *host) {
    char name[256];

    if (host == NULL) return true;
    if (!host_name_without_port(host, name, sizeof name)) return false;
    if (host_name_is_loopback(name) || is_allowed(guard, name)) return true;
    if (host_name_is_loopback(guard->listen_address)) return false;
    return is_ipv4(name) || is_ipv6(name) || strchr(name, '.') == NULL ||
           (guard->own_name[0] != '\0' && strcasecmp(name, guard->own_name) == 0);
}

bool http_guard_admits_origin(const char *origin, const char *host) {
    char own[300];

    if (origin == NULL) return true;
    return host != NULL && text_format(own, sizeof own, "http://%s", host) &&
           text_equal(origin, own);
}
