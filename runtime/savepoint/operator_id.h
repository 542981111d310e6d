// The id that Flink gives to an operator with a uid: so what a savepoint calls by its id can be
// named, where the program is known.
#pragma once

#include "model/job_graph.h"

// Murmur3, 128 bits for x64, seed 0, of the uid as UTF-8 (facts/flink.md 5.8).
void operator_id_of_uid(const char *uid, char out[static JOB_OPERATOR_ID_SIZE]);
