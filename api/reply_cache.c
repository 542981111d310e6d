#include "api/reply_cache.h"

#include "base/memory.h"
#include "base/text.h"

#include <string.h>

// A thousand applications and their lists fit. When the bytes are used up, the cache is emptied.
enum { SLOTS_MAX = 4096, WAYS = 4 };
static const size_t REPLIES_MAX_BYTES = (size_t)6 << 20;

struct reply {
    uint64_t hash;
    const char *operation;
    struct app_scope scope;
    size_t body_bytes;
    size_t size_bytes; // of the text
    char *text;        // the request's body, and the reply with a 0 byte behind it
};

struct reply_cache {
    uint64_t generation;
    size_t used_bytes;
    struct reply slots[SLOTS_MAX];
};

struct reply_cache *reply_cache_new(void) {
    return memory_alloc(sizeof(struct reply_cache));
}

// Replies are removed only here, so that used_bytes is the sum of those that are kept.
static void drop(struct reply_cache *cache, struct reply *reply) {
    cache->used_bytes -= reply->size_bytes;
    memory_free(reply->text);
    *reply = (struct reply){0};
}

static void clear(struct reply_cache *cache) {
    for (size_t index = 0; index < SLOTS_MAX && cache->used_bytes > 0; index++)
        if (cache->slots[index].text != NULL) drop(cache, &cache->slots[index]);
}

void reply_cache_free(struct reply_cache *cache) {
    if (cache == NULL) return;
    clear(cache);
    memory_free(cache);
}

// FNV-1a: keys are short, and a collision only costs a comparison.
static uint64_t add_hash(uint64_t hash, const char *bytes, size_t size_bytes) {
    for (size_t at = 0; at < size_bytes; at++)
        hash = (hash ^ (unsigned char)bytes[at]) * 1099511628211U;
    return hash;
}

static uint64_t hash_of(const struct reply_key *key) {
    uint64_t hash = add_hash(14695981039346656037U, key->body, key->body_bytes);

    hash = add_hash(hash, key->operation, strlen(key->operation));
    hash = add_hash(hash, key->scope->account, strlen(key->scope->account));
    return add_hash(hash, key->scope->region, strlen(key->scope->region));
}

static bool is_of(const struct reply *reply, const struct reply_key *key, uint64_t hash) {
    return reply->text != NULL && reply->hash == hash && reply->operation == key->operation &&
           reply->body_bytes == key->body_bytes &&
           text_equal(reply->scope.account, key->scope->account) &&
           text_equal(reply->scope.region, key->scope->region) &&
           memcmp(reply->text, key->body, key->body_bytes) == 0;
}

static void renew(struct reply_cache *cache, uint64_t generation) {
    if (cache->generation == generation) return;
    clear(cache);
    cache->generation = generation;
}

// A key can be in WAYS slots, the last used one first.
static struct reply *find(struct reply_cache *cache, const struct reply_key *key, uint64_t hash) {
    struct reply *set = &cache->slots[hash % (SLOTS_MAX / WAYS) * WAYS];

    for (size_t way = 0; way < WAYS; way++) {
        if (!is_of(&set[way], key, hash)) continue;
        if (way == 0) return set;
        struct reply found = set[way];
        memmove(&set[1], &set[0], way * sizeof set[0]);
        set[0] = found;
        return set;
    }
    return NULL;
}

const char *reply_cache_get(struct reply_cache *cache, const struct reply_key *key,
                            uint64_t generation) {
    renew(cache, generation);
    const struct reply *reply = find(cache, key, hash_of(key));
    return reply == NULL ? NULL : reply->text + reply->body_bytes;
}

void reply_cache_put(struct reply_cache *cache, const struct reply_key *key, const char *text,
                     uint64_t generation) {
    uint64_t hash = hash_of(key);
    struct reply *set = &cache->slots[hash % (SLOTS_MAX / WAYS) * WAYS];
    size_t text_bytes = strlen(text) + 1;
    size_t size_bytes = key->body_bytes + text_bytes;

    renew(cache, generation);
    if (size_bytes > REPLIES_MAX_BYTES) return;
    drop(cache, &set[WAYS - 1]);
    if (cache->used_bytes + size_bytes > REPLIES_MAX_BYTES) clear(cache);
    memmove(&set[1], &set[0], (WAYS - 1) * sizeof set[0]);
    set[0] = (struct reply){.hash = hash,
                            .operation = key->operation,
                            .scope = *key->scope,
                            .body_bytes = key->body_bytes,
                            .size_bytes = size_bytes,
                            .text = memory_alloc(size_bytes)};
    memcpy(set[0].text, key->body, key->body_bytes);
    memcpy(set[0].text + key->body_bytes, text, text_bytes);
    cache->used_bytes += size_bytes;
}
