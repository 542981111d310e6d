// The binary value (base64) of a JSON text, kept beside it. It may have 50 MiB: whoever looked at
// all of its characters at once, or copied them, would hold up the loop. So it is decoded as it
// comes in, and in the JSON a mark stands in its place (api/request_body.h).
#pragma once

#include "base/base64.h"
#include "base/buffer.h"

#define BLOB_MARK_SIZE 33

struct blob {
    char mark[BLOB_MARK_SIZE]; // nobody can send a text that is taken for it; "": none was made
    struct base64_reader *reader;
    struct buffer bytes; // what it stands for; nothing where it is not base64, or beyond the limit
    size_t size_bytes;   // of all that it stands for
    bool is_base64;      // so far
};

// `limit_bytes`: how much of it is kept.
#define BLOB_INIT(limit)                                                                           \
    (struct blob) {                                                                                \
        .bytes = BUFFER_INIT(limit)                                                                \
    }

void blob_release(struct blob *blob);
DEFINE_AUTO_STRUCT(blob_release, struct blob);

// Begins anew. The mark stays what it is: the JSON may have it already.
void blob_begin(struct blob *blob);
// More of the text, without JSON's escapes.
void blob_add(struct blob *blob, const char *text, size_t size_bytes);
// All of it has come: sets size_bytes and, once more, is_base64.
void blob_end(struct blob *blob);

// Does this text of the JSON stand for the blob?
bool blob_is_mark(const struct blob *blob, const char *text);
