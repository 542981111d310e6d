// Can a program be started from a savepoint? Pure: compares the operators as Flink does when it
// restores (facts/flink.md 5.8), before a cluster is asked.
#pragma once

#include "model/runtime_environment.h"
#include "runtime/savepoint/savepoint_metadata.h"

struct savepoint_target {
    enum runtime_environment runtime;
    int parallelism;     // of operators that have none of their own
    int max_parallelism; // of the job; 0 = Flink chooses, and takes that of the savepoint
};

enum savepoint_match {
    SAVEPOINT_MATCHED,   // the operator gets its state
    SAVEPOINT_LOST,      // state without an operator: refused unless AllowNonRestoredState
    SAVEPOINT_STATELESS, // an operator of the savepoint without state: it may be missing
    SAVEPOINT_NEW,       // an operator without state in the savepoint
    SAVEPOINT_MATCH_COUNT,
};
const char *savepoint_match_name(enum savepoint_match value); // "MATCHED"

enum savepoint_max {
    SAVEPOINT_MAX_FITS,
    SAVEPOINT_MAX_CHANGED,   // the program sets another maximum
    SAVEPOINT_MAX_TOO_SMALL, // for the parallelism of the program
    SAVEPOINT_MAX_COUNT,
};
const char *savepoint_max_name(enum savepoint_max value); // "FITS"

enum { SAVEPOINT_NOWHERE = -1 };

struct savepoint_fit_row {
    enum savepoint_match match;
    int saved;    // index in the metadata; SAVEPOINT_NOWHERE for NEW
    int operated; // index in the program; SAVEPOINT_NOWHERE for LOST and STATELESS
    enum savepoint_max max;
    int parallelism;     // that the program wants; 0 without an operator
    int max_parallelism; // that the program sets; 0 = none
    // LOST: a new operator of the program with the same name, which is probably meant.
    int namesake;
};

struct savepoint_fit {
    struct savepoint_target target;
    struct savepoint_fit_row *rows; // owned; those of the savepoint in its order, then the new ones
    size_t row_count;
    size_t counts[SAVEPOINT_MATCH_COUNT];
    size_t max_misfit_count;
    int version_max;          // of metadata, that the runtime reads
    bool is_version_readable; // by the runtime
    bool is_importable;       // canonical, and without absolute paths
    bool can_restore;         // with AllowNonRestoredState = false
    bool can_restore_a_part;  // with true; never false where can_restore is true
};

// The result refers to neither argument. The caller frees it.
void savepoint_fit_make(struct savepoint_fit *out, const struct savepoint_metadata *metadata,
                        const struct job_graph *graph, const struct savepoint_target *target);
void savepoint_fit_free(struct savepoint_fit *fit);
DEFINE_AUTO_STRUCT(savepoint_fit_free, struct savepoint_fit);

// The highest version of metadata that a runtime's Flink reads (facts/flink.md 5.4).
int savepoint_fit_version_max(enum runtime_environment runtime);
