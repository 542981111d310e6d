// The binary value (base64) of a JSON request, kept outside the JSON. It may have 50 MiB, and
// decoding that in one turn would block the loop: it is decoded as it arrives, and the JSON
// contains a mark in its place (api/request_body.h).
#pragma once

#include "base/base64.h"
#include "base/buffer.h"

#define BLOB_MARK_SIZE 33

struct blob {
    char mark[BLOB_MARK_SIZE]; // random, so that no client can send it; "" before blob_begin()
    struct base64_reader *reader;
    struct buffer bytes; // the decoded value; empty if it is not base64 or exceeds the limit
    size_t size_bytes;   // of the whole decoded value
    bool is_base64;      // so far
};

// `limit`: the largest value that is kept, in bytes.
#define BLOB_INIT(limit)                                                                           \
    (struct blob) {                                                                                \
        .bytes = BUFFER_INIT(limit)                                                                \
    }

void blob_release(struct blob *blob);
DEFINE_AUTO_STRUCT(blob_release, struct blob);

// Starts a new value. The mark stays the same: the JSON may contain it already.
void blob_begin(struct blob *blob);
// Adds a piece of the text, with JSON's escapes already resolved.
void blob_add(struct blob *blob, const char *text, size_t size_bytes);
// After the last piece: sets size_bytes and the final is_base64.
void blob_end(struct blob *blob);

// Is this text of the JSON the mark?
bool blob_is_mark(const struct blob *blob, const char *text);
