// The settings that the code of a job may change, where Flink locks the others (facts/service.md 5,
// facts/flink.md 4). Pure.
#pragma once

#include "base/buffer.h"
#include "model/runtime_environment.h"

// The value of Flink's execution.program-config.wildcards: the keys, with ';' between. Flink lets
// each key through, and what is below it with a dot: so each key is in the list on its own, and no
// whole prefix of Flink's.
void program_keys_print(enum runtime_environment runtime, struct buffer *out);
