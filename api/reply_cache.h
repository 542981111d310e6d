// Answers to questions that were asked before. An answer is as good as the database is unchanged:
// every write makes all that is kept worthless, so that nothing has to know what depends on what.
//
// A client that polls DescribeApplication, and every other client does, costs next to nothing.
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
    const char *operation; // a pointer into the document: the same one for the same operation
    const struct app_scope *scope;
    const char *body; // as it was sent
    size_t body_bytes;
};

// `generation` counts the writes to the database. NULL: not kept. Borrowed until the next call.
const char *reply_cache_get(struct reply_cache *cache, const struct reply_key *key,
                            uint64_t generation);
void reply_cache_put(struct reply_cache *cache, const struct reply_key *key, const char *text,
                     uint64_t generation);
