#include "openapi/normalize.h"

#include "base/json.h"

#include <string.h>
#include <strings.h>

static const char LIST_FOUND[] = "Start of list found where not expected";
static const char OBJECT_FOUND[] = "Start of structure or map found where not expected.";

static json_t *refuse(struct buffer *mismatch, const char *text) {
    (void)buffer_append_text(mismatch, text);
    return NULL;
}

static const char *kind_of(const json_t *scalar) {
    if (json_is_string(scalar)) return "STRING_VALUE";
    if (json_is_number(scalar)) return "NUMBER_VALUE";
    return json_is_true(scalar) ? "TRUE_VALUE" : "FALSE_VALUE";
}

static json_t *refuse_scalar(struct buffer *mismatch, const json_t *value, const char *wanted) {
    (void)buffer_append_format(mismatch, "%s can not be converted to %s", kind_of(value), wanted);
    return NULL;
}

// --- containers ---

static json_t *normalize_object(const struct schema *schema, json_t *value, struct blob *blob,
                                struct buffer *mismatch) {
    AUTO(json_decref) json_t *result = json_new_object();
    const char *name;
    json_t *member;

    if (json_is_array(value)) return refuse(mismatch, LIST_FOUND);
    if (!json_is_object(value)) return refuse(mismatch, "Expected null");
    json_object_foreach(value, name, member) {
        const struct schema_property *property = schema_property(schema, name);
        if (property == NULL || json_is_null(member)) continue;
        json_t *normal = normalize_value(property->schema, member, blob, mismatch);
        if (normal == NULL) return NULL;
        json_put(result, name, normal);
    }
    return TAKE(result);
}

static json_t *normalize_map(const struct schema *schema, json_t *value, struct blob *blob,
                             struct buffer *mismatch) {
    AUTO(json_decref) json_t *result = json_new_object();
    const char *key;
    json_t *entry;

    if (json_is_array(value)) return refuse(mismatch, LIST_FOUND);
    if (!json_is_object(value)) return refuse(mismatch, "Expected map or null");
    json_object_foreach(value, key, entry) {
        if (json_is_null(entry)) continue;
        json_t *normal = normalize_value(schema->values, entry, blob, mismatch);
        if (normal == NULL) return NULL;
        json_put(result, key, normal);
    }
    return TAKE(result);
}

static json_t *normalize_list(const struct schema *schema, json_t *value, struct blob *blob,
                              struct buffer *mismatch) {
    AUTO(json_decref) json_t *result = json_new_array();
    size_t index;
    json_t *element;

    if (json_is_object(value)) return refuse(mismatch, OBJECT_FOUND);
    if (!json_is_array(value)) return refuse(mismatch, "Expected list or null");
    json_array_foreach(value, index, element) {
        if (json_is_null(element)) continue;
        json_t *normal = normalize_value(schema->values, element, blob, mismatch);
        if (normal == NULL) return NULL;
        json_add(result, normal);
    }
    return TAKE(result);
}

// --- scalars ---

static json_t *normalize_boolean(json_t *value, struct buffer *mismatch) {
    static const char *const yes[] = {"true", "yes", "y", "t", "1"};
    static const char *const no[] = {"false", "no", "n", "f", "0"};

    if (json_is_boolean(value)) return json_incref(value);
    if (!json_is_string(value)) return refuse_scalar(mismatch, value, "a Boolean");
    for (size_t index = 0; index < COUNT_OF(yes); index++) {
        if (strcasecmp(json_string_value(value), yes[index]) == 0) return json_true();
        if (strcasecmp(json_string_value(value), no[index]) == 0) return json_false();
    }
    return refuse_scalar(mismatch, value, "an Boolean"); // the service's own spelling
}

static bool fits(const struct schema *schema, const json_t *number) {
    if (schema->type == SCHEMA_INTEGER)
        return json_number_value(number) > -2147483649.0 &&
               json_number_value(number) < 2147483648.0;
    // A whole number that jansson reads is a long. Doubles end exactly at +-2^63.
    return json_is_integer(number) || (json_real_value(number) >= -9223372036854775808.0 &&
                                       json_real_value(number) < 9223372036854775808.0);
}

static json_t *normalize_integer(const struct schema *schema, json_t *value,
                                 struct buffer *mismatch) {
    if (!json_is_number(value) || !fits(schema, value))
        return refuse_scalar(mismatch, value,
                             schema->type == SCHEMA_LONG ? "a Long" : "an Integer");
    if (json_is_integer(value)) return json_incref(value);
    return json_integer((json_int_t)json_real_value(value)); // without its fraction
}

static json_t *normalize_text(json_t *value, const struct blob *blob, struct buffer *mismatch) {
    if (!json_is_string(value)) return refuse_scalar(mismatch, value, "a String");
    // A NUL would end the text early everywhere in C; no value of this API needs one.
    if (strlen(json_string_value(value)) != json_string_length(value))
        return refuse(mismatch, "NUL is not allowed in a String");
    if (blob_is_mark(blob, json_string_value(value)))
        return refuse(mismatch, "a String is too long");
    return json_incref(value);
}

// A short blob is still a text in the JSON; a long one is a mark.
static json_t *normalize_blob(json_t *value, struct blob *blob, struct buffer *mismatch) {
    if (!json_is_string(value)) return refuse_scalar(mismatch, value, "a String");
    if (!blob_is_mark(blob, json_string_value(value))) {
        blob_begin(blob);
        blob_add(blob, json_string_value(value), json_string_length(value));
        blob_end(blob);
    }
    if (!blob->is_base64) return refuse(mismatch, "Invalid base64");
    return json_integer((json_int_t)blob->size_bytes);
}

static json_t *normalize_scalar(const struct schema *schema, json_t *value, struct blob *blob,
                                struct buffer *mismatch) {
    if (json_is_array(value)) return refuse(mismatch, LIST_FOUND);
    if (json_is_object(value)) return refuse(mismatch, OBJECT_FOUND);
    if (schema->type == SCHEMA_BOOLEAN) return normalize_boolean(value, mismatch);
    if (schema->type == SCHEMA_INTEGER || schema->type == SCHEMA_LONG)
        return normalize_integer(schema, value, mismatch);
    if (schema->type == SCHEMA_BLOB) return normalize_blob(value, blob, mismatch);
    if (schema->type != SCHEMA_NUMBER) return normalize_text(value, blob, mismatch);
    return json_is_number(value) ? json_incref(value)
                                 : refuse_scalar(mismatch, value, "a Timestamp");
}

json_t *normalize_value(const struct schema *schema, json_t *value, struct blob *blob,
                        struct buffer *mismatch) {
    if (schema->type == SCHEMA_OBJECT) return normalize_object(schema, value, blob, mismatch);
    if (schema->type == SCHEMA_MAP) return normalize_map(schema, value, blob, mismatch);
    if (schema->type == SCHEMA_LIST) return normalize_list(schema, value, blob, mismatch);
    return normalize_scalar(schema, value, blob, mismatch);
}
