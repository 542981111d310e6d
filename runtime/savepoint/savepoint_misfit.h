// Why a program cannot be started from a savepoint, or not from all of it, in words, with what can
// be done. Pure.
#pragma once

#include "base/buffer.h"
#include "runtime/savepoint/savepoint_fit.h"

enum { SAVEPOINT_MISFIT_SIZE = 2048, SAVEPOINT_MISFIT_LINES_MAX = 20 };

// The operator of one row. False: it fits, and `out` is "".
bool savepoint_misfit_of_row(const struct savepoint_fit_row *row,
                             const struct savepoint_metadata *metadata,
                             const struct job_graph *graph, char out[static SAVEPOINT_MISFIT_SIZE]);
// The runtime cannot read the version of the metadata. False: it can.
bool savepoint_misfit_of_version(const struct savepoint_fit *fit,
                                 const struct savepoint_metadata *metadata,
                                 char out[static SAVEPOINT_MISFIT_SIZE]);
// It cannot be imported. False: it can.
bool savepoint_misfit_of_import(const struct savepoint_metadata *metadata,
                                char out[static SAVEPOINT_MISFIT_SIZE]);
// The first thing that prevents a start and its way out, in about 250 characters, and how many
// others there are. False: it fits, and `out` is "".
bool savepoint_misfit_brief(const struct savepoint_fit *fit,
                            const struct savepoint_metadata *metadata,
                            const struct job_graph *graph, bool is_part_allowed,
                            char out[static SAVEPOINT_MISFIT_SIZE]);
// All that prevents a start, except for the import: a line each, at most
// SAVEPOINT_MISFIT_LINES_MAX, and how many others there are. Nothing: it fits. Where
// `is_part_allowed`, state without an operator is left out (AllowNonRestoredState).
void savepoint_misfit_text(const struct savepoint_fit *fit,
                           const struct savepoint_metadata *metadata, const struct job_graph *graph,
                           bool is_part_allowed, struct buffer *out);
