// The handles of state in a savepoint's metadata: where the state of a subtask is, and how much.
#pragma once

#include "runtime/savepoint/collector.h"
#include "runtime/savepoint/metadata_reader.h"

struct state_handles {
    struct metadata_reader *reader;
    struct collector *collector;
    int version;
    bool has_state;           // of the current subtask
    bool has_savepoint_state; // a handle that only a canonical savepoint has was read
    unsigned char *head;      // STATE_NAMES_HEAD_BYTES, for the beginning of a stream
};

// The state of one subtask, to the current operator of the collector.
void state_handles_read_subtask(struct state_handles *handles);
// The state of the operator's coordinator.
void state_handles_read_coordinator(struct state_handles *handles);
