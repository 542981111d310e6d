// The metadata of a savepoint while it is read: grows within the limits of savepoint_metadata.h.
#pragma once

#include "runtime/savepoint/savepoint_metadata.h"

enum {
    COLLECTOR_FILE_NAME_SIZE = 512,
    COLLECTOR_HEADS_MAX = 64,        // state files that are opened for the names in them
    COLLECTOR_HEADS_BYTES = 2 << 20, // of all inlined state that is searched for names
};

// The two sorts of state that have names.
enum collector_part { COLLECTOR_NAMELESS, COLLECTOR_OPERATOR, COLLECTOR_KEYED, COLLECTOR_PARTS };

// The beginning of a state file has the names of an operator's states.
struct collector_head {
    size_t operator_index;
    enum collector_part part;
    char *file; // owned; relative to the savepoint
};

struct collector {
    struct savepoint_metadata *out;
    size_t operator_capacity;
    size_t file_capacity;
    size_t state_capacity; // of the current operator
    size_t state_count;    // of all operators
    int64_t head_bytes_left;
    struct collector_head heads[COLLECTOR_HEADS_MAX];
    size_t head_count;
    // Of the current operator:
    bool has_part[COLLECTOR_PARTS];     // has such state
    bool has_names[COLLECTOR_PARTS];    // their names are known
    bool was_searched[COLLECTOR_PARTS]; // for names: those of one subtask are those of all
    bool has_head[COLLECTOR_PARTS];     // a file with the names is known
};

void collector_init(struct collector *collector, struct savepoint_metadata *out);
void collector_release(struct collector *collector); // but not `out`
DEFINE_AUTO_STRUCT(collector_release, struct collector);

struct savepoint_operator *collector_begin_operator(struct collector *collector);
struct savepoint_operator *collector_current(const struct collector *collector);
void collector_end_operator(struct collector *collector);

// Adds a state to the current operator, or what is not yet known of it. Returns how many others
// were compared.
int collector_add_state(struct collector *collector, enum savepoint_state_kind kind,
                        const char *name, const char *serializer);
void collector_add_file(struct collector *collector, const struct savepoint_file *file);

// How many bytes of a stream of state should be given to collector_add_stream(): 0 where the names
// are known already.
size_t collector_wanted_bytes(const struct collector *collector, enum collector_part part,
                              int64_t size_bytes);
void collector_add_stream(struct collector *collector, enum collector_part part, const void *bytes,
                          size_t size_bytes, bool is_whole);
// The stream is in a file of the savepoint.
void collector_add_head(struct collector *collector, enum collector_part part, const char *file);
// What was read of such a file, after all operators.
void collector_add_file_head(struct collector *collector, const struct collector_head *head,
                             const void *bytes, size_t size_bytes, bool is_whole);

// Sorts the files.
void collector_finish(struct collector *collector);
