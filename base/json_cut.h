// Parsing around very long texts. jansson looks at each character of a text by itself, a second for
// the 70 MB that a request may have, and the loop would stand still meanwhile. Nearly all of such a
// request is one plain text (base64): it is cut out before, and put back afterwards as it is.
#pragma once

#include "base/buffer.h"
#include "base/cleanup.h"

#include <jansson.h>

#define JSON_CUT_MARK_SIZE 33

struct json_piece {
    const char *text; // borrowed from the bytes that were cut
    size_t size_bytes;
};

struct json_cut {
    struct buffer rest; // the same JSON, with a mark in the place of each long text
    char mark[JSON_CUT_MARK_SIZE];
    struct json_piece *pieces;
    size_t count;
};

void json_cut_release(struct json_cut *cut);
DEFINE_AUTO_STRUCT(json_cut_release, struct json_cut);

// Finds the long plain texts (printable ASCII, no escapes, no keys) of what may be JSON; the rest
// is as good or bad JSON as before. `bytes` have to outlive `out_cut`, which the caller releases.
void json_cut_apart(const char *bytes, size_t size_bytes, struct json_cut *out_cut);

// Puts the long texts back into what the rest was parsed to. Takes `value`; never NULL.
json_t *json_cut_join(const struct json_cut *cut, json_t *value);
