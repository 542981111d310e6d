// Escapes of URLs: "a b" becomes "a%20b". The opposite is text_unescape_url().
#pragma once

#include "base/buffer.h"

// Appends the text with each byte escaped that is not a letter, a digit, one of "-._~" (RFC 3986
// 2.3) or one of `more`.
void url_escape(struct buffer *out, const char *text, const char *more);
