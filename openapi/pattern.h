// A pattern of the document. The whole text has to match it, as the service's front end (Java's
// Matcher.matches) has it.
#pragma once

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct pattern;

// `source` is of the form "^(?:...)$", which says the same to a reader of the JSON schema.
// ERROR_INVALID: another form, or no pattern for PCRE2.
//
// There is no list of patterns to be read otherwise than they are written: all patterns of the
// document mean the same to PCRE2 and to Java, the hyphen of [a-zA-Z0-9-_+/=] included.
MUST_CHECK bool pattern_compile(const char *source, struct pattern **out_pattern,
                                struct error *err);
void pattern_free(struct pattern *pattern);

// `text` is valid UTF-8. A match that takes too long counts as none.
bool pattern_matches(const struct pattern *pattern, const char *text, size_t size_bytes);
// What stands between "^(?:" and ")$": the service prints that.
const char *pattern_text(const struct pattern *pattern);
