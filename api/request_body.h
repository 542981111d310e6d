// The body of a request, taken in piece by piece: JSON of little size, and beside it the code that
// it may bring as base64. So no request holds up the loop when it is parsed, and none needs more
// memory than what it brings. Code is found by the name of its member, written without escapes; a
// second one is JSON like all the rest.
#pragma once

#include "base/blob.h"
#include "base/buffer.h"

// A ZipFileContent of 50 MiB in base64 fits (facts/api.md 1.4).
#define REQUEST_BODY_MAX_BYTES ((size_t)70 << 20)
// Without its code: several times what requests have (102,400 characters of SQL are 0.6 MB where
// each is escaped; 50 kB of properties; 1000 columns), and parsed in 20 ms.
#define REQUEST_BODY_JSON_MAX_BYTES ((size_t)1 << 20)
#define REQUEST_BODY_VALUES_MAX     30000
// A body that is known to have no more needs no look: it is parsed in a moment. Code of that size
// goes beside the JSON.
#define REQUEST_BODY_SMALL_BYTES ((size_t)64 << 10)

enum request_body_place {
    REQUEST_BODY_OUTSIDE, // of texts
    REQUEST_BODY_TEXT,
    REQUEST_BODY_TEXT_ESCAPE,
    REQUEST_BODY_BLOB,
    REQUEST_BODY_BLOB_ESCAPE,
};

struct request_body {
    struct buffer json; // with a mark in the place of the blob
    struct blob blob;

    // Where the reader stands.
    bool is_small;
    enum request_body_place place;
    size_t text_from; // in `json`: of the text under way, or the last one
    size_t text_to;   // of the last one
    size_t values;
    bool is_code;    // the value that comes is that of a member whose text is code
    bool is_spoiled; // the blob has what no JSON text has
    char escape[5];  // what came of it
    size_t escape_bytes;
};

// `is_small`: all of it is known to have no more than REQUEST_BODY_SMALL_BYTES.
void request_body_init(struct request_body *body, bool is_small);
// ERROR_LIMIT: more JSON than a request may have; the body is of no use then.
MUST_CHECK bool request_body_add(struct request_body *body, const char *bytes, size_t size_bytes,
                                 struct error *err);
// What it uses.
size_t request_body_bytes(const struct request_body *body);
void request_body_release(struct request_body *body);
DEFINE_AUTO_STRUCT(request_body_release, struct request_body);
