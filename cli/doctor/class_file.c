#include "cli/doctor/class_file.h"

#include "base/memory.h"

#include <stdint.h>
#include <string.h>

// Tags of the constant pool (the Java Virtual Machine Specification, 4.4).
enum {
    TAG_UTF8 = 1,
    TAG_LONG = 5,
    TAG_DOUBLE = 6,
    TAG_CLASS = 7,
    TAG_FIELD = 9,
    TAG_INTERFACE_METHOD = 11,
    TAG_NAME_AND_TYPE = 12,
    TAG_COUNT = 21,
};

// Bytes after the tag; 0: no such tag. A text has its length in its first two bytes.
static const unsigned char sizes[TAG_COUNT] = {
    [TAG_UTF8] = 2,
    [3] = 4,
    [4] = 4,
    [TAG_LONG] = 8,
    [TAG_DOUBLE] = 8,
    [TAG_CLASS] = 2,
    [8] = 2,
    [TAG_FIELD] = 4,
    [10] = 4,
    [TAG_INTERFACE_METHOD] = 4,
    [TAG_NAME_AND_TYPE] = 4,
    [15] = 3,
    [16] = 2,
    [17] = 4,
    [18] = 4,
    [19] = 2,
    [20] = 2,
};

struct pool {
    const unsigned char *bytes;
    uint32_t *places; // where the entries begin, by index; 0 = none
    size_t count;
};

static size_t read_16(const unsigned char *at) {
    return (size_t)at[0] << 8 | at[1];
}

int class_file_major(const unsigned char *bytes, size_t size_bytes) {
    static const unsigned char magic[] = {0xCA, 0xFE, 0xBA, 0xBE};

    if (size_bytes < CLASS_FILE_HEAD_BYTES || memcmp(bytes, magic, sizeof magic) != 0) return 0;
    return (int)read_16(bytes + 6);
}

static bool read_pool(const unsigned char *bytes, size_t size_bytes, struct pool *pool) {
    size_t at = 10;

    for (size_t index = 1; index < pool->count; index++) {
        if (at + 3 > size_bytes || bytes[at] >= TAG_COUNT || sizes[bytes[at]] == 0) return false;
        size_t size = sizes[bytes[at]];
        if (bytes[at] == TAG_UTF8) size += read_16(bytes + at + 1);
        if (at + 1 + size > size_bytes) return false;
        pool->places[index] = (uint32_t)at;
        // Numbers of eight bytes take two places.
        if (bytes[at] == TAG_LONG || bytes[at] == TAG_DOUBLE) index++;
        at += 1 + size;
    }
    return true;
}

// The entry, if it is of this kind.
static const unsigned char *entry(const struct pool *pool, size_t index, int tag) {
    if (index >= pool->count || pool->places[index] == 0) return NULL;
    const unsigned char *at = pool->bytes + pool->places[index];
    return *at == tag ? at + 1 : NULL;
}

static bool copy_text(const struct pool *pool, size_t index, char *out, size_t size_bytes) {
    const unsigned char *text = entry(pool, index, TAG_UTF8);

    if (text == NULL) return false;
    size_t length = read_16(text);
    if (length >= size_bytes) length = size_bytes - 1;
    memcpy(out, text + 2, length);
    out[length] = '\0';
    return true;
}

static bool copy_class(const struct pool *pool, size_t index, struct class_reference *out) {
    const unsigned char *name = entry(pool, index, TAG_CLASS);

    return name != NULL && copy_text(pool, read_16(name), out->owner, sizeof out->owner);
}

static bool copy_member(const struct pool *pool, const unsigned char *member,
                        struct class_reference *out) {
    const unsigned char *name = entry(pool, read_16(member + 2), TAG_NAME_AND_TYPE);

    return name != NULL && copy_class(pool, read_16(member), out) &&
           copy_text(pool, read_16(name), out->name, sizeof out->name);
}

static bool visit_all(const struct pool *pool, class_reference_fn *visit, void *userdata) {
    for (size_t index = 1; index < pool->count; index++) {
        struct class_reference reference = {0};
        if (pool->places[index] == 0) continue;
        const unsigned char *at = pool->bytes + pool->places[index];
        if (*at == TAG_CLASS) {
            if (!copy_class(pool, index, &reference)) return false;
        } else if (*at >= TAG_FIELD && *at <= TAG_INTERFACE_METHOD) {
            reference.kind = CLASS_REFERENCE_MEMBER;
            if (!copy_member(pool, at + 1, &reference)) return false;
        } else
            continue;
        visit(userdata, &reference);
    }
    return true;
}

bool class_file_visit(const unsigned char *bytes, size_t size_bytes, class_reference_fn *visit,
                      void *userdata, struct error *err) {
    struct pool pool = {.bytes = bytes};

    if (class_file_major(bytes, size_bytes) == 0 || size_bytes < 10)
        return error_set(err, ERROR_INVALID, "not a class file");
    pool.count = read_16(bytes + 8);
    AUTO(memory_free) uint32_t *places = memory_alloc((pool.count + 1) * sizeof *places);
    pool.places = places;
    return (read_pool(bytes, size_bytes, &pool) && visit_all(&pool, visit, userdata)) ||
           error_set(err, ERROR_INVALID, "the class file is damaged");
}
