// json_print(): compact text of a value. jansson's own printer decodes and appends each character,
// which was a quarter of the cost of CreateApplication. The texts are known to be valid UTF-8, so
// whole runs can be copied. tests/unit/base/json_test.c compares the two.
#include "base/buffer.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const size_t TEXT_MAX_BYTES = (size_t)1 << 30;

static void append(struct buffer *out, const char *bytes, size_t size_bytes) {
    // No value is that large: all input is limited in size.
    if (!buffer_append(out, bytes, size_bytes, NULL)) abort();
}

static void append_escape(struct buffer *out, unsigned char byte) {
    static const char shorts[] = "\"\"\\\\\bb\ff\nn\rr\tt";
    char text[8];

    for (const char *pair = shorts; *pair != '\0'; pair += 2) {
        if ((unsigned char)pair[0] != byte) continue;
        append(out, (const char[]){'\\', pair[1]}, 2);
        return;
    }
    (void)text_format(text, sizeof text, "\\u%04X", byte);
    append(out, text, strlen(text));
}

static void append_text(struct buffer *out, const char *text, size_t length) {
    size_t begin = 0;

    append(out, "\"", 1);
    for (size_t at = 0; at < length; at++) {
        unsigned char byte = (unsigned char)text[at];
        if (byte >= ' ' && byte != '"' && byte != '\\') continue;
        append(out, text + begin, at - begin);
        append_escape(out, byte);
        begin = at + 1;
    }
    append(out, text + begin, length - begin);
    append(out, "\"", 1);
}

static void append_number(struct buffer *out, const json_t *value) {
    char text[64];

    (void)text_format(text, sizeof text, "%" PRId64, (int64_t)json_integer_value(value));
    append(out, text, strlen(text));
}

// Left to jansson, which handles locale, precision and exponents; reals are rare.
static void append_real(struct buffer *out, const json_t *value) {
    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(17));

    if (text == NULL) abort();
    append(out, text, strlen(text));
    memory_free(text);
}

static void append_value(struct buffer *out, const json_t *value);

static void append_object(struct buffer *out, const json_t *object) {
    // The iterator needs a non-const pointer but does not write.
    union {
        const json_t *in;
        json_t *out;
    } source = {.in = object};
    const char *separator = "{";

    for (void *at = json_object_iter(source.out); at != NULL;
         at = json_object_iter_next(source.out, at)) {
        const char *key = json_object_iter_key(at);
        append(out, separator, 1);
        append_text(out, key, strlen(key));
        append(out, ":", 1);
        append_value(out, json_object_iter_value(at));
        separator = ",";
    }
    append(out, separator[0] == '{' ? "{}" : "}", separator[0] == '{' ? 2 : 1);
}

static void append_array(struct buffer *out, const json_t *array) {
    size_t count = json_array_size(array);

    append(out, "[", 1);
    for (size_t index = 0; index < count; index++) {
        if (index > 0) append(out, ",", 1);
        append_value(out, json_array_get(array, index));
    }
    append(out, "]", 1);
}

static void append_value(struct buffer *out, const json_t *value) {
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        append_object(out, value);
        break;
    case JSON_ARRAY:
        append_array(out, value);
        break;
    case JSON_STRING:
        append_text(out, json_string_value(value), json_string_length(value));
        break;
    case JSON_INTEGER:
        append_number(out, value);
        break;
    case JSON_REAL:
        append_real(out, value);
        break;
    case JSON_TRUE:
        append(out, "true", 4);
        break;
    case JSON_FALSE:
        append(out, "false", 5);
        break;
    case JSON_NULL:
        append(out, "null", 4);
        break;
    }
}

char *json_print(const json_t *value) {
    AUTO(buffer_release) struct buffer out = BUFFER_INIT(TEXT_MAX_BYTES);

    append_value(&out, value);
    return buffer_take_text(&out);
}
