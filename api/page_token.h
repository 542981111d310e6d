// Opaque page tokens: where a list goes on, signed, so that a forged one or one of another list is
// refused.
#pragma once

#include "base/error.h"

#include <stdint.h>

#define PAGE_TOKEN_SIZE 96

// "<sequence>.<signature>" in hex; `list` names the list it belongs to (operation and application).
void page_token_make(const unsigned char key[static 32], const char *list, int64_t sequence,
                     char out[static PAGE_TOKEN_SIZE]);
// ERROR_INVALID: not a token that was issued for this list.
MUST_CHECK bool page_token_read(const unsigned char key[static 32], const char *list,
                                const char *token, int64_t *out_sequence, struct error *err);
