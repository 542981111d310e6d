// The body of a request, received piece by piece: a small JSON text, and beside it the code that it
// may contain as base64. So parsing never blocks the loop for long, and a request needs no more
// memory than its content. The code is found by the name of its member, written without escapes. A
// second one stays in the JSON.
#pragma once

#include "base/blob.h"
#include "base/buffer.h"

// A ZipFileContent of 50 MiB in base64 fits (facts/api.md 1.4).
#define REQUEST_BODY_MAX_BYTES ((size_t)70 << 20)
// Without its code: several times what requests need (102,400 characters of SQL are 0.6 MB where
// each is escaped; 50 kB of properties; 1000 columns). Parsed in 20 ms.
#define REQUEST_BODY_JSON_MAX_BYTES ((size_t)1 << 20)
#define REQUEST_BODY_VALUES_MAX     30000
// A body that is known to be no larger is not scanned: it is parsed quickly as it is. Code of this
// size or more is kept beside the JSON.
#define REQUEST_BODY_SMALL_BYTES ((size_t)64 << 10)

enum request_body_place {
    REQUEST_BODY_OUTSIDE, // of texts
    REQUEST_BODY_TEXT,
    REQUEST_BODY_TEXT_ESCAPE,
    REQUEST_BODY_BLOB,
    REQUEST_BODY_BLOB_ESCAPE,
};

struct request_body {
    struct buffer json; // with a mark in place of the blob
    struct blob blob;

    // The state of the scan.
    bool is_small;
    enum request_body_place place;
    size_t text_from; // in `json`: where the current or the last text begins
    size_t text_to;   // ... and where the last one ends
    size_t values;
    bool is_code;    // the next value is that of a member whose text is code
    bool is_invalid; // the blob has something that no JSON text may have
    char escape[5];  // as much of it as has come
    size_t escape_bytes;
};

// `is_small`: it is known to have at most REQUEST_BODY_SMALL_BYTES.
void request_body_init(struct request_body *body, bool is_small);
// ERROR_LIMIT: more JSON than a request may have; the body can only be released then.
MUST_CHECK bool request_body_add(struct request_body *body, const char *bytes, size_t size_bytes,
                                 struct error *err);
// The memory that it uses.
size_t request_body_bytes(const struct request_body *body);
void request_body_release(struct request_body *body);
DEFINE_AUTO_STRUCT(request_body_release, struct request_body);
