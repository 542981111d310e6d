// What a savepoint or checkpoint contains, read from its `_metadata`: the operators with their
// state, and the files it refers to (facts/flink.md 5.7). No Java class is loaded, and no state is
// read except for the names and serializers of states.
//
// The file may have been written by anyone. It is refused with ERROR_LIMIT when it has more than
// 10,000 operators, more than 200,000 subtasks and parts of state, or when more than 8,192 blocks
// of 4 KB have to be read. State within the file is skipped: it may be of any size, and each piece
// of more than a block costs one or two. Up to these limits it takes less than 15 ms (1,000
// operators of parallelism 4 with 82 MB of state: 6 ms). Of files and states, the first are listed.
#pragma once

#include "base/cleanup.h"
#include "base/error.h"
#include "model/job_graph.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SAVEPOINT_VERSION_MIN = 2,
    SAVEPOINT_VERSION_MAX = 6,
    SAVEPOINT_FILES_MAX = 10000,
    SAVEPOINT_STATES_MAX = 10000, // of all operators
    SAVEPOINT_OPERATOR_STATES_MAX = 100,
};

enum savepoint_kind {
    SAVEPOINT_UNKNOWN, // versions 2 and 3 do not say it, and it is not clear from the content
    SAVEPOINT_CANONICAL,
    SAVEPOINT_NATIVE,
    SAVEPOINT_CHECKPOINT,
    SAVEPOINT_KIND_COUNT,
};
const char *savepoint_kind_name(enum savepoint_kind value); // "CANONICAL"

enum savepoint_state_kind {
    SAVEPOINT_STATE_UNKNOWN,
    SAVEPOINT_STATE_LIST, // of an operator, divided between its subtasks
    SAVEPOINT_STATE_UNION_LIST,
    SAVEPOINT_STATE_BROADCAST,
    SAVEPOINT_STATE_KEYED_VALUE,
    SAVEPOINT_STATE_KEYED_LIST,
    SAVEPOINT_STATE_KEYED_MAP,
    SAVEPOINT_STATE_KEYED_REDUCING,
    SAVEPOINT_STATE_KEYED_AGGREGATING,
    SAVEPOINT_STATE_KEYED_FOLDING,
    SAVEPOINT_STATE_TIMERS,
    SAVEPOINT_STATE_KIND_COUNT,
};
const char *savepoint_state_kind_name(enum savepoint_state_kind value); // "KEYED_VALUE"

struct savepoint_named_state {
    enum savepoint_state_kind kind;
    char *name;       // owned
    char *serializer; // owned; the class of its snapshot, "" = not read
};

struct savepoint_size {
    int64_t inlined_bytes; // within `_metadata`
    int64_t file_bytes;
};

struct savepoint_operator {
    char id[JOB_OPERATOR_ID_SIZE];
    char uid[JOB_OPERATOR_TEXT_SIZE];  // "" = none, or a version below 5, which has none
    char name[JOB_OPERATOR_TEXT_SIZE]; // the same
    int parallelism;
    int max_parallelism;
    int subtasks_with_state;
    bool is_finished; // the operator had reached its end
    struct savepoint_size operator_state;
    struct savepoint_size keyed_state;
    struct savepoint_size channel_state; // records in flight, of an unaligned checkpoint
    bool has_coordinator;
    int64_t coordinator_bytes;
    struct savepoint_named_state *states; // owned
    size_t state_count;
    // False: it may have further states, which are in a file that was not read or could not be.
    bool are_states_complete;
};

struct savepoint_file {
    char *name; // owned; relative to the savepoint, or a URI or an absolute path
    int64_t size_bytes;
    bool is_relative;
};

struct savepoint_metadata {
    int version;
    enum savepoint_kind kind;
    int64_t checkpoint_id;
    int64_t metadata_bytes;
    int master_state_count;
    struct savepoint_operator *operators; // owned
    size_t operator_count;
    struct savepoint_file *files; // owned; by name, each once
    size_t file_count;
    size_t files_left_out; // references beyond SAVEPOINT_FILES_MAX
};

// `relative` is the directory of the savepoint, "" or below `root` (base/file_inside.h). Reads
// names of states from the beginnings of a few state files as well. ERROR_NOT_FOUND: no
// `_metadata`; ERROR_INVALID: what is wrong, and at which byte; ERROR_LIMIT: too large. The caller
// frees.
MUST_CHECK bool savepoint_metadata_read(const char *root, const char *relative,
                                        struct savepoint_metadata *out, struct error *err);
// The same for the bytes of a `_metadata`; no other file is read.
MUST_CHECK bool savepoint_metadata_parse(const void *bytes, size_t size_bytes,
                                         struct savepoint_metadata *out, struct error *err);
void savepoint_metadata_free(struct savepoint_metadata *metadata);
DEFINE_AUTO_STRUCT(savepoint_metadata_free, struct savepoint_metadata);

// Has it any state that a program would lose without that operator?
bool savepoint_operator_has_state(const struct savepoint_operator *entry);
int64_t savepoint_operator_bytes(const struct savepoint_operator *entry);
// The first file that is referred to by an absolute path, so that the savepoint cannot be moved.
// NULL: there is none. Borrowed.
const struct savepoint_file *
savepoint_metadata_absolute_file(const struct savepoint_metadata *metadata);
