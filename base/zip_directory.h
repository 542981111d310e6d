// The central directory of a zip, entry by entry, so that a loop can read it in parts. libarchive
// reads all of it at once, which takes long where there are many entries.
#pragma once

#include "base/buffer.h"

#include <stdint.h>

struct zip_directory;

struct zip_directory_entry {
    char name[512];       // a longer one is cut
    int64_t header_bytes; // where its local header is
};

// *out_directory NULL: the file has no such directory (not a zip, damaged, or beyond 4 GiB).
// ERROR_SYSTEM: it cannot be read.
MUST_CHECK bool zip_directory_open(const char *path, struct zip_directory **out_directory,
                                   struct error *err);
// *out_found false: there are no more, or the rest is damaged.
MUST_CHECK bool zip_directory_next(struct zip_directory *directory,
                                   struct zip_directory_entry *out_entry, bool *out_found,
                                   struct error *err);
// Appends the content of an entry; false where it does not fit, or is damaged or encrypted.
bool zip_directory_read(struct zip_directory *directory, const struct zip_directory_entry *entry,
                        struct buffer *out);
void zip_directory_close(struct zip_directory *directory); // NULL is legal
DEFINE_AUTO(zip_directory_close, struct zip_directory *);
