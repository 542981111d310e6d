// The words for a job that could not be restored: what kobel adds to those of Flink. Pure.
#pragma once

#include "model/operation.h"
#include "runtime/savepoint/savepoint_fit.h"

// Did Flink refuse the state, by these words of it?
bool misfit_text_is_of_restore(const char *failure);

// What is compared after a failure.
struct misfit_case {
    const char *failure; // Flink's words
    const struct savepoint_metadata *metadata;
    const struct job_graph *graph; // NULL = not known: the id in Flink's words has to do
    struct savepoint_target target;
    bool is_part_allowed; // AllowNonRestoredState
};
// *out_brief: for the error of an operation. *out_full: all of it, in one line. Both are owned by
// the caller; "" = there is nothing to add.
void misfit_text_explain(const struct misfit_case *of, char **out_brief, char **out_full);

// Both in the room of an ErrorString: Flink's words are shortened in their middle.
void misfit_text_join(const char *failure, const char *brief,
                      char out[static OPERATION_ERROR_SIZE]);
