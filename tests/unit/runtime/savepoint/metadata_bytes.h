// Bytes of a savepoint's metadata for tests, written as Java's DataOutputStream does.
#pragma once

#include "base/buffer.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>

static const char METADATA_PROPERTIES[] =
    "\xAC\xED\0\x05sr\0\x38org.apache.flink.runtime.checkpoint.CheckpointProperties"
    "\0\x31org.apache.flink.runtime.checkpoint.SavepointTypet\0\x09"
    "CANONICAL";

static inline void put_bytes(struct buffer *out, const void *bytes, size_t size) {
    cr_assert(buffer_append(out, bytes, size, NULL));
}

static inline void put_number(struct buffer *out, int64_t value, unsigned size) {
    unsigned char bytes[8];

    for (unsigned index = 0; index < size; index++)
        bytes[index] = (unsigned char)((uint64_t)value >> (8 * (size - 1 - index)));
    put_bytes(out, bytes, size);
}

static inline void put_byte(struct buffer *out, int value) {
    put_number(out, value, 1);
}

static inline void put_int(struct buffer *out, int64_t value) {
    put_number(out, value, 4);
}

static inline void put_long(struct buffer *out, int64_t value) {
    put_number(out, value, 8);
}

static inline void put_text(struct buffer *out, const char *text) {
    put_number(out, (int64_t)strlen(text), 2);
    put_bytes(out, text, strlen(text));
}

static inline void put_head(struct buffer *out, int version, int operators) {
    put_int(out, 0x4960672d);
    put_int(out, version);
    put_long(out, 7); // the checkpoint
    put_int(out, 0);  // master states
    put_int(out, operators);
}

// Up to the state of the subtasks; `number` is the last byte of its id.
static inline void put_operator(struct buffer *out, int version, int number, int subtasks) {
    if (version >= 5) {
        put_text(out, "name");
        put_text(out, "uid");
    }
    put_long(out, 0x0102030405060708);
    put_long(out, number);
    put_int(out, 4);  // parallelism
    put_int(out, 64); // and its maximum
    if (version >= 3)
        put_byte(out, 0); // no coordinator
    else
        put_int(out, 1);
    put_int(out, subtasks);
}

// Before the handles of a subtask.
static inline void put_subtask(struct buffer *out, int version, int subtask) {
    put_int(out, subtask);
    if (version >= 3) return;
    put_long(out, -1);
    put_int(out, 0);
}

static inline void put_inlined(struct buffer *out, const void *bytes, size_t size) {
    put_byte(out, 1);
    put_text(out, "a label");
    put_int(out, (int64_t)size);
    put_bytes(out, bytes, size);
}

static inline void put_relative_file(struct buffer *out, const char *name, int64_t size) {
    put_byte(out, 6);
    put_text(out, name);
    put_long(out, size);
}

static inline void put_tail(struct buffer *out, int version) {
    if (version >= 4) put_bytes(out, METADATA_PROPERTIES, sizeof METADATA_PROPERTIES - 1);
}

// What a stream of keyed state begins with: one value state.
static inline void put_keyed_head(struct buffer *out, const char *name) {
    put_int(out, 6);  // version
    put_byte(out, 0); // not compressed
    put_int(out, 2);
    put_text(out, "org.example.KeySnapshot");
    put_int(out, 1);
    put_number(out, 1, 2); // states
    put_text(out, name);
    put_int(out, 0);
    put_int(out, 1);
    put_text(out, "KEYED_STATE_TYPE");
    put_text(out, "VALUE");
    put_int(out, 2);
    put_text(out, "VALUE_SERIALIZER");
    put_int(out, 2);
    put_text(out, "org.example.ValueSnapshot");
    put_int(out, 1);
    put_text(out, "NAMESPACE_SERIALIZER");
    put_int(out, 2);
    put_text(out, "org.example.NamespaceSnapshot");
    put_int(out, 1);
}

// A subtask that has no state of a kind.
static inline void put_no_operator_state(struct buffer *out) {
    put_int(out, 0);
    put_int(out, 0);
}

static inline void put_no_keyed_state(struct buffer *out) {
    put_byte(out, 0);
    put_byte(out, 0);
}

static inline void put_no_channels(struct buffer *out) {
    put_int(out, 0);
    put_int(out, 0);
}
