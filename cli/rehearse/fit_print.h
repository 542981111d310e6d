// What a snapshot contains and whether a program takes it, for people. The JSON is that of
// api/admin/snapshot_reply.h.
#pragma once

#include "base/json.h"
#include "cli/client/terminal.h"

// The operators with their states, the explanations, and what is not compared.
void fit_print(const struct terminal *out, const json_t *content);

// Can the program be started from it? `allows_a_part`: without some of its state. False also where
// that is not known: NULL, or why, for `out_reason`; valid as long as `content`.
bool fit_is_good(const json_t *content, bool allows_a_part, const char **out_reason);

// "29 bytes", "3.4 KB", "1.5 GB"
void fit_size(int64_t bytes, char out[static 24]);
// "LongSerializer" of "org...base.LongSerializer$LongSerializerSnapshot".
void fit_serializer(const char *class_name, char *out, size_t size_bytes);
