#include "base/json.h"

#include "base/memory.h"
#include "base/utf8.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const size_t DEPTH_MAX = 100;
// Many times the largest request or reply, and few enough to be parsed quickly and kept in memory:
// a value of two bytes needs about a hundred.
static const size_t VALUES_MAX = 250000;

struct shape {
    size_t depth; // the deepest nesting
    size_t values;
};

// jansson itself allows 2048 levels, too much stack for a hostile body, and any number of values.
static struct shape measure(const char *bytes, size_t size_bytes) {
    struct shape shape = {.values = 1};
    size_t depth = 0;
    bool in_text = false;

    for (size_t at = 0; at < size_bytes; at++) {
        char byte = bytes[at];
        if (in_text) {
            if (byte == '\\')
                at++;
            else if (byte == '"')
                in_text = false;
            continue;
        }
        if (byte == '"') in_text = true;
        if (byte == ',' || byte == '{' || byte == '[') shape.values++;
        if ((byte == '{' || byte == '[') && ++depth > shape.depth) shape.depth = depth;
        if ((byte == '}' || byte == ']') && depth > 0) depth--;
    }
    return shape;
}

static json_t *load(const char *bytes, size_t size_bytes, json_error_t *reason) {
    size_t flags = JSON_DECODE_ANY | JSON_ALLOW_NUL;
    json_t *value = json_loadb(bytes, size_bytes, flags, reason);

    // An integer beyond 64 bits is still a number; the schema decides whether it is allowed.
    if (value == NULL && json_error_code(reason) == json_error_numeric_overflow)
        value = json_loadb(bytes, size_bytes, flags | JSON_DECODE_INT_AS_REAL, reason);
    return value;
}

bool json_parse(const char *bytes, size_t size_bytes, json_t **out_value, struct error *err) {
    struct shape shape = measure(bytes, size_bytes);
    json_error_t reason;

    if (shape.depth > DEPTH_MAX)
        return error_set(err, ERROR_INVALID, "nested more than %zu deep", DEPTH_MAX);
    if (shape.values > VALUES_MAX)
        return error_set(err, ERROR_INVALID, "more than %zu values", VALUES_MAX);
    json_t *value = load(bytes, size_bytes, &reason);
    if (value == NULL)
        return error_set(err, ERROR_INVALID, "line %d column %d: %s", reason.line, reason.column,
                         reason.text);
    *out_value = value;
    return true;
}

const json_t *json_member(const json_t *object, const char *key) {
    const json_t *value = json_object_get(object, key);

    return json_is_null(value) ? NULL : value;
}

const json_t *json_path(const json_t *root, ...) {
    va_list keys;
    const json_t *value = root;

    va_start(keys, root);
    for (const char *key = va_arg(keys, const char *); key != NULL && value != NULL;
         key = va_arg(keys, const char *))
        value = json_member(value, key);
    va_end(keys);
    return value;
}

const char *json_text(const json_t *object, const char *key) {
    return json_string_value(json_member(object, key));
}

const char *json_text_or(const json_t *object, const char *key, const char *fallback) {
    const char *text = json_text(object, key);

    return text == NULL ? fallback : text;
}

int64_t json_int_or(const json_t *object, const char *key, int64_t fallback) {
    const json_t *value = json_member(object, key);

    if (json_is_integer(value)) return json_integer_value(value);
    if (json_is_real(value)) {
        double number = json_real_value(value);
        if (number > -9.2e18 && number < 9.2e18) return (int64_t)number;
    }
    return fallback;
}

bool json_bool_or(const json_t *object, const char *key, bool fallback) {
    const json_t *value = json_member(object, key);

    return json_is_boolean(value) ? json_is_true(value) : fallback;
}

static json_t *or_abort(json_t *value) {
    if (value == NULL) abort();
    return value;
}

// `key` is valid UTF-8.
static void put(json_t *object, const char *key, json_t *value) {
    if (value == NULL || json_object_set_new_nocheck(object, key, value) != 0) abort();
}

void json_put(json_t *object, const char *key, json_t *value) {
    size_t length = strlen(key);

    if (utf8_is_valid(key, length)) {
        put(object, key, value);
        return;
    }
    AUTO(memory_free) char *replaced = utf8_copy_new(key, length);
    put(object, replaced, value);
}

json_t *json_new_text(const char *text) {
    size_t length = strlen(text);

    if (utf8_is_valid(text, length)) return or_abort(json_stringn_nocheck(text, length));
    AUTO(memory_free) char *replaced = utf8_copy_new(text, length);
    return or_abort(json_string_nocheck(replaced));
}

void json_put_text(json_t *object, const char *key, const char *text) {
    json_put(object, key, json_new_text(text));
}

void json_put_int(json_t *object, const char *key, int64_t value) {
    json_put(object, key, json_integer(value));
}

void json_put_bool(json_t *object, const char *key, bool value) {
    json_put(object, key, json_boolean(value));
}

void json_put_real(json_t *object, const char *key, double value) {
    if (isfinite(value)) json_put(object, key, json_real(value));
}

void json_put_copy(json_t *object, const char *key, const json_t *value) {
    if (value != NULL) json_put(object, key, json_copy_of(value));
}

json_t *json_new_object(void) {
    return or_abort(json_object());
}

json_t *json_new_array(void) {
    return or_abort(json_array());
}

void json_add(json_t *array, json_t *value) {
    if (value == NULL || json_array_append_new(array, value) != 0) abort();
}

static json_t *copy_object(const json_t *object) {
    json_t *copy = json_new_object();
    const char *key;
    json_t *member;

    // The iterator needs a non-const pointer but does not write.
    union {
        const json_t *in;
        json_t *out;
    } source = {.in = object};
    json_object_foreach(source.out, key, member)
        put(copy, key, json_copy_of(member));
    return copy;
}

static json_t *copy_array(const json_t *array) {
    json_t *copy = json_new_array();
    size_t index;
    json_t *element;

    json_array_foreach(array, index, element)
        json_add(copy, json_copy_of(element));
    return copy;
}

json_t *json_copy_of(const json_t *value) {
    union {
        const json_t *in;
        json_t *out;
    } shared = {.in = value};

    if (value == NULL) return NULL;
    if (json_is_object(value)) return copy_object(value);
    if (json_is_array(value)) return copy_array(value);
    return json_incref(shared.out);
}
