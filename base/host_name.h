// Names of hosts as they stand in URLs and in the header Host.
#pragma once

#include <stdbool.h>
#include <stddef.h>

// This machine by itself: 127.0.0.0/8, ::1, localhost, *.localhost. The name is without a port.
bool host_name_is_loopback(const char *name);
// Removes the port of "host:port", "[::1]:port" or "host". False: empty, or too long for a name.
bool host_name_without_port(const char *host, char *out, size_t size_bytes);
