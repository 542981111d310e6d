// A pattern of the document. It has to match the whole text, as in the service (Java's
// Matcher.matches()).
#pragma once

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct pattern;

// `source` has the form "^(?:...)$", which means the same in a JSON schema. ERROR_INVALID: another
// form, or PCRE2 refuses it.
//
// Every pattern of the document means the same to PCRE2 and Java, even the hyphen of
// [a-zA-Z0-9-_+/=].
MUST_CHECK bool pattern_compile(const char *source, struct pattern **out_pattern,
                                struct error *err);
void pattern_free(struct pattern *pattern);

// `text` is valid UTF-8. A match that takes too long counts as no match.
bool pattern_matches(const struct pattern *pattern, const char *text, size_t size_bytes);
// The part between "^(?:" and ")$", which the service prints.
const char *pattern_text(const struct pattern *pattern);
