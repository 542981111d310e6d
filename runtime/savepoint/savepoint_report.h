// What a savepoint contains and whether a program fits it, as JSON for kobel's own routes. Pure.
#pragma once

#include "base/json.h"
#include "runtime/savepoint/savepoint_fit.h"

// So that making it takes no longer than a step of the loop may; the others are counted.
enum { SAVEPOINT_REPORT_OPERATORS_MAX = 1000, SAVEPOINT_REPORT_FILES_MAX = 1000 };

// {"version": 4, "kind": "CANONICAL", "operators": [...], "files": [...], ...}. The caller owns it.
json_t *savepoint_report_of(const struct savepoint_metadata *metadata);
// {"canRestore": false, "operators": [...], "explanations": [...], ...}. The caller owns it.
json_t *savepoint_report_of_fit(const struct savepoint_fit *fit,
                                const struct savepoint_metadata *metadata,
                                const struct job_graph *graph);
