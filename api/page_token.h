// Opaque page tokens: the place at which a list continues, signed, so that forged tokens and those
// of another list are refused.
#pragma once

#include "base/error.h"
#include "model/app.h"

#include <stdint.h>

#define PAGE_TOKEN_SIZE 96

// "<sequence>.<signature>" in hex; `list` names the list it belongs to (operation and application).
void page_token_make(const unsigned char key[static 32], const char *list, int64_t sequence,
                     char out[static PAGE_TOKEN_SIZE]);
// ERROR_INVALID: not a token that was issued for this list.
MUST_CHECK bool page_token_read(const unsigned char key[static 32], const char *list,
                                const char *token, int64_t *out_sequence, struct error *err);

// The same for a list in the order of names, whose tokens have to look like names themselves
// (facts/api.md 5.4): "<name>.<signature>". A name that leaves no room for a signature is its own
// token. Any text of that length is accepted: it shows no more than the list itself does.
void page_token_make_name(const unsigned char key[static 32], const char *list, const char *name,
                          char out[static APP_NAME_SIZE]);
// ERROR_REQUEST: not a token that was issued for this list.
MUST_CHECK bool page_token_read_name(const unsigned char key[static 32], const char *list,
                                     const char *token, char out_name[static APP_NAME_SIZE],
                                     struct error *err);
