#include "base/buffer.h"

#include "base/memory.h"
#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const size_t FIRST_CAPACITY = 256;

// Makes room for `more` bytes and the terminator. The caller has checked the limit.
static void reserve(struct buffer *buffer, size_t more) {
    size_t needed = buffer->size_bytes + more + 1;

    if (needed <= buffer->capacity_bytes) return;
    size_t capacity = buffer->capacity_bytes == 0 ? FIRST_CAPACITY : buffer->capacity_bytes;
    while (capacity < needed)
        capacity *= 2;
    buffer->data = memory_resize(buffer->data, capacity);
    buffer->capacity_bytes = capacity;
}

static void append(struct buffer *buffer, const void *bytes, size_t size_bytes) {
    reserve(buffer, size_bytes);
    if (size_bytes > 0) memcpy(buffer->data + buffer->size_bytes, bytes, size_bytes);
    buffer->size_bytes += size_bytes;
    buffer->data[buffer->size_bytes] = '\0';
}

bool buffer_append(struct buffer *buffer, const void *bytes, size_t size_bytes, struct error *err) {
    if (size_bytes > buffer->limit_bytes - buffer->size_bytes)
        return error_set(err, ERROR_LIMIT, "more than %zu bytes", buffer->limit_bytes);
    append(buffer, bytes, size_bytes);
    return true;
}

bool buffer_append_text(struct buffer *buffer, const char *text) {
    size_t length = strlen(text);
    size_t room = buffer->limit_bytes - buffer->size_bytes;

    if (!utf8_is_valid(text, length)) {
        AUTO(memory_free) char *replaced = utf8_copy_new(text, length);
        return buffer_append_text(buffer, replaced);
    }
    size_t kept = utf8_cut(text, length, room);
    append(buffer, text, kept);
    return kept == length;
}

bool buffer_append_format(struct buffer *buffer, const char *format, ...) {
    va_list arguments;
    char *text = NULL;

    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (length < 0) return false;
    bool fits = buffer_append_text(buffer, text);
    memory_free(text);
    return fits;
}

const char *buffer_text(const struct buffer *buffer) {
    return buffer->data == NULL ? "" : buffer->data;
}

void buffer_cut(struct buffer *buffer, size_t size_bytes) {
    if (size_bytes >= buffer->size_bytes) return;
    buffer->size_bytes = size_bytes;
    buffer->data[size_bytes] = '\0';
}

void buffer_clear(struct buffer *buffer) {
    buffer_cut(buffer, 0);
}

void buffer_release(struct buffer *buffer) {
    memory_free(buffer->data);
    *buffer = BUFFER_INIT(buffer->limit_bytes);
}

char *buffer_take_text(struct buffer *buffer) {
    char *text = buffer->data == NULL ? memory_copy_text("") : buffer->data;

    *buffer = BUFFER_INIT(buffer->limit_bytes);
    return text;
}
