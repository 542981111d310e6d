// The names, kinds and serializers of states, from the beginning of a stream of state. Flink writes
// there a record for each state. Between the records are snapshots of serializers, whose length
// only their Java classes know, so the records are found by the fixed texts in them.
#pragma once

#include "runtime/savepoint/savepoint_metadata.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    STATE_NAMES_TEXT_SIZE = 256,        // of a name or class; longer ones are not found
    STATE_NAMES_HEAD_BYTES = 32 * 1024, // that are read of a stream
};

struct state_names_record {
    enum savepoint_state_kind kind;
    char name[STATE_NAMES_TEXT_SIZE];
    char serializer[STATE_NAMES_TEXT_SIZE];
};

typedef void state_names_visit_fn(void *userdata, const struct state_names_record *record);

// Calls `visit` for each record. Returns whether these are surely all states of the stream:
// `is_whole`: the bytes are the whole stream, not only its beginning.
bool state_names_find(const void *bytes, size_t size_bytes, bool is_whole,
                      state_names_visit_fn *visit, void *userdata);
