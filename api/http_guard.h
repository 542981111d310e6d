// Which requests are let in at all: a web page that the user happens to visit must not be able to
// drive the emulator, neither by its Origin nor by a name that resolves to this machine (DNS
// rebinding).
#pragma once

#include <stdbool.h>

// `origin` and `host` are the headers, NULL when absent. A server that listens beyond loopback is
// reached by names it cannot know: there the host is not checked.
bool http_guard_admits(const char *origin, const char *host, const char *listen_address);
