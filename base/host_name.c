#include "base/host_name.h"

#include "base/text.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

static bool ends_with_localhost(const char *name) {
    static const char suffix[] = ".localhost";
    size_t length = strlen(name);

    return length > sizeof suffix - 1 &&
           strcasecmp(name + length - (sizeof suffix - 1), suffix) == 0;
}

// By number, not by prefix: "127.evil.example" is a name on the Internet.
bool host_name_is_loopback(const char *name) {
    struct in_addr number;

    if (inet_pton(AF_INET, name, &number) == 1) return ntohl(number.s_addr) >> 24 == 127;
    return text_equal(name, "::1") || strcasecmp(name, "localhost") == 0 ||
           ends_with_localhost(name);
}

bool host_name_without_port(const char *host, char *out, size_t size_bytes) {
    const char *end = host[0] == '[' ? strchr(host, ']') : strrchr(host, ':');

    if (host[0] == '[')
        return end != NULL && text_format(out, size_bytes, "%.*s", (int)(end - host - 1), host + 1);
    size_t length = end == NULL ? strlen(host) : (size_t)(end - host);
    return length < size_bytes && text_format(out, size_bytes, "%.*s", (int)length, host) &&
           out[0] != '\0';
}
