// Replies to questions, kept for the next time that the same question is asked. Every write to the
// database invalidates all of them, so that no dependency has to be known.
//
// Clients that poll DescribeApplication are answered without a query.
#pragma once

#include "base/cleanup.h"
#include "model/app.h"

#include <stddef.h>
#include <stdint.h>

#define REPLY_CACHE_BODY_MAX_BYTES 1024

struct reply_cache;

struct reply_cache *reply_cache_new(void);
void reply_cache_free(struct reply_cache *cache);
DEFINE_AUTO(reply_cache_free, struct reply_cache *);

struct reply_key {
    const char *operation; // from the document; compared by its address
    const struct app_scope *scope;
    const char *body; // as it was sent
    size_t body_bytes;
};

// `generation` counts the writes to the database. Returns NULL, or a text until the next call.
const char *reply_cache_get(struct reply_cache *cache, const struct reply_key *key,
                            uint64_t generation);
void reply_cache_put(struct reply_cache *cache, const struct reply_key *key, const char *text,
                     uint64_t generation);
