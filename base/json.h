// Helpers around jansson. `const json_t *` parameters are borrowed; a member that is null is
// absent.
#pragma once

#include "base/cleanup.h"
#include "base/error.h"

#include <jansson.h>
#include <stdint.h>

DEFINE_AUTO(json_decref, json_t *);

// Parses one value of any type. Strict: valid UTF-8, at most 100 levels, at most 250,000 values
// (objects and arrays count twice). If an integer exceeds 64 bits, all numbers become reals.
// ERROR_INVALID with the position. The caller owns the result.
MUST_CHECK bool json_parse(const char *bytes, size_t size_bytes, json_t **out_value,
                           struct error *err);

// Compact text; the caller frees. Never NULL.
char *json_print(const json_t *value);

// NULL: absent, null, or `object` is not an object.
const json_t *json_member(const json_t *object, const char *key);
// Follows the keys up to NULL: json_path(root, "a", "b", NULL).
const json_t *json_path(const json_t *root, ...) __attribute__((sentinel));

// Borrowed; NULL when absent or not a string.
const char *json_text(const json_t *object, const char *key);
const char *json_text_or(const json_t *object, const char *key, const char *fallback);
int64_t json_int_or(const json_t *object, const char *key, int64_t fallback); // reals are truncated
bool json_bool_or(const json_t *object, const char *key, bool fallback);

// Setters. Keys and texts may be any bytes: invalid UTF-8 is replaced (base/utf8.h), so that data
// never makes them fail; they abort when memory is exhausted. `json_put` takes ownership of
// `value`; the others copy.
void json_put(json_t *object, const char *key, json_t *value);
void json_put_text(json_t *object, const char *key, const char *text);
void json_put_int(json_t *object, const char *key, int64_t value);
void json_put_bool(json_t *object, const char *key, bool value);
// Does nothing when `value` is not finite: JSON cannot express it.
void json_put_real(json_t *object, const char *key, double value);
// Puts a copy of a borrowed value (see json_copy_of); does nothing when `value` is NULL.
void json_put_copy(json_t *object, const char *key, const json_t *value);
json_t *json_new_text(const char *text);     // never NULL; any bytes, as above
json_t *json_new_object(void);               // never NULL
json_t *json_new_array(void);                // never NULL
void json_add(json_t *array, json_t *value); // takes ownership of `value`
// Copies objects and arrays at every depth; texts, numbers and booleans are never changed in place
// and are shared. NULL for NULL.
json_t *json_copy_of(const json_t *value);
