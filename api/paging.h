// What the list operations have in common: the page size, and the place at which a list continues.
#pragma once

#include "api/call.h"

// The request's Limit, which the document has checked, or 50.
size_t paging_limit(const struct call *call);

// The sequence at which the page before ended: `first` without a NextToken. Rows that come and go
// meanwhile move nothing. ERROR_INVALID: not a token of this list.
MUST_CHECK bool paging_start(const struct call *call, int64_t first, int64_t *out_sequence,
                             struct error *err);

// Adds NextToken: the list continues beyond `last_sequence`.
void paging_put_token(const struct call *call, json_t *reply, int64_t last_sequence);

// The same for the list of applications, which is in the order of names. ERROR_REQUEST.
MUST_CHECK bool paging_start_name(const struct call *call, char out_after[static APP_NAME_SIZE],
                                  struct error *err);
void paging_put_name_token(const struct call *call, json_t *reply, const char *last_name);
