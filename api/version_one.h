// The API of version 2015-08-14, which is for SQL applications only and has the same host: which of
// its operations there are, and which are those of today's version (facts/api.md 8.3). Pure.
#pragma once

#include <stdbool.h>

// The operation of an X-Amz-Target of that version; NULL: it is none. The text is static.
const char *version_one_find(const char *target);

// True: the operation has the same shapes in both versions, and is answered as today's.
bool version_one_is_shared(const char *operation);
