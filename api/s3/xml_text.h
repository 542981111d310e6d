// Writes XML: elements with text, in which all is escaped.
#pragma once

#include "base/buffer.h"

#include <stdint.h>

// A list of a thousand keys, all escaped, has less.
#define XML_TEXT_MAX_BYTES ((size_t)16 << 20)

void xml_begin(struct buffer *out); // the declaration
void xml_open(struct buffer *out, const char *name);
// The root of an answer: with the name space of S3.
void xml_open_root(struct buffer *out, const char *name);
void xml_close(struct buffer *out, const char *name);
void xml_element(struct buffer *out, const char *name, const char *text);
void xml_number(struct buffer *out, const char *name, int64_t value);
void xml_bool(struct buffer *out, const char *name, bool value);
