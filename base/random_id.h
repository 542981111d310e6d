// Random identifiers from the kernel's generator; they cannot be guessed.
#pragma once

#include <stddef.h>
#include <stdint.h>

// Random characters: `count` of [0-9a-f], at most 128. `out` needs room for one more.
void random_id_hex(char *out, size_t count);
// The same of [A-Za-z0-9], like the service's operation ids.
void random_id_alphanumeric(char *out, size_t count);
uint32_t random_id_number(void);
// A version 4 UUID in its 36-character form.
void random_id_uuid(char out[static 37]);
