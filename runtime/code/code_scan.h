// Searches stored code, part by part in turns of the loop: what the service refuses, and what
// Flink would refuse in words that do not help.
#pragma once

#include "base/cleanup.h"
#include "base/error.h"

struct code_scan;

// `path`: the artifact, or the jar that was found in it.
MUST_CHECK bool code_scan_open(const char *path, struct code_scan **out_scan, struct error *err);
// Reads the next part. After the last one: ERROR_INVALID, in the service's words, where the service
// refuses such code when it is named.
MUST_CHECK bool code_scan_read(struct code_scan *scan, bool *out_is_last, struct error *err);
// After the last part: why the code cannot run, and what to do. "": no reason was found, which may
// also be left to Flink, as a manifest without a main class.
#define CODE_SCAN_PROBLEM_SIZE 400
void code_scan_problem(const struct code_scan *scan, char out[static CODE_SCAN_PROBLEM_SIZE]);
void code_scan_free(struct code_scan *scan); // NULL is legal
DEFINE_AUTO(code_scan_free, struct code_scan *);
