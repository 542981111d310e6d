// Which requests are let in at all: a web page that the user happens to visit must not be able to
// drive the emulator, neither by its Origin nor by a name that resolves to this machine (DNS
// rebinding).
#pragma once

#include <stdbool.h>

// The Origin of sandboxed pages, and of files: nobody's in particular.
#define HTTP_GUARD_OPAQUE_ORIGIN "null"

struct http_guard {
    const char *listen_address;
    char own_name[256];               // of this machine; "" = none
    const char *const *allowed_hosts; // more names, ended by NULL; NULL = none. Borrowed
};

// Fills in the machine's name; the texts are borrowed.
void http_guard_init(struct http_guard *guard, const char *listen_address,
                     const char *const *allowed_hosts);

// Is `host`, the header with or without its port, a name that only the user can have given this
// daemon? Where it listens on loopback: loopback addresses, localhost, *.localhost. Elsewhere also
// every literal address, this machine's name and names without a dot, as containers have them: no
// page of the Internet comes from such a name. The allowed ones everywhere. NULL, which no browser
// sends: yes.
bool http_guard_admits_host(const struct http_guard *guard, const char *host);
// Is `origin` absent, or the very place that was asked? NULL when absent.
bool http_guard_admits_origin(const char *origin, const char *host);
