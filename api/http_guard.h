// Which requests are accepted at all. A web page that the user visits must not control the daemon,
// neither from its own origin nor by a name that resolves to this machine (DNS rebinding).
#pragma once

#include <stdbool.h>

// The Origin of every sandboxed page, and of files.
#define HTTP_GUARD_OPAQUE_ORIGIN "null"

struct http_guard {
    const char *listen_address;
    char own_name[256];               // of this machine; "" = none
    const char *const *allowed_hosts; // more names, ended by NULL; NULL = none. Borrowed
};

// Fills in the machine's name; the texts are borrowed.
void http_guard_init(struct http_guard *guard, const char *listen_address,
                     const char *const *allowed_hosts);

// `host` is the header, with or without its port; NULL, which no browser sends, is admitted. So are
// the names that only the user can have given this daemon:
// * always: loopback addresses, localhost, *.localhost and the allowed names;
// * where it does not listen on loopback: every literal address, this machine's name, and names
//   without a dot, as containers have them. No page of the Internet comes from such a name.
bool http_guard_admits_host(const struct http_guard *guard, const char *host);
// `origin` is the header, or NULL. Admitted: none, and the address that the request was sent to.
bool http_guard_admits_origin(const char *origin, const char *host);
