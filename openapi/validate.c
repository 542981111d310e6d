#include "openapi/validate.h"

#include "base/json.h"
#include "base/text.h"
#include "openapi/schema_node.h"
#include "openapi/violation.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

static const size_t TEXT_MAX_BYTES = 65536;

// --- pass 1: types. Builds the normalised value, or says what cannot be converted
// (api-semantics 2.6) ---

static json_t *normalize(const struct schema *schema, json_t *value, struct buffer *mismatch);

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

static json_t *normalize_object(const struct schema *schema, json_t *value,
                                struct buffer *mismatch) {
    AUTO(json_decref) json_t *result = json_new_object();
    const char *name;
    json_t *member;

    if (json_is_array(value)) return refuse(mismatch, "Start of list found where not expected");
    if (!json_is_object(value)) return refuse(mismatch, "Expected null");
    json_object_foreach(value, name, member) {
        const struct schema_property *property = schema_property(schema, name);
        if (property == NULL || json_is_null(member)) continue;
        json_t *normal = normalize(property->schema, member, mismatch);
        if (normal == NULL) return NULL;
        json_put(result, name, normal);
    }
    return TAKE(result);
}

static json_t *normalize_map(const struct schema *schema, json_t *value, struct buffer *mismatch) {
    AUTO(json_decref) json_t *result = json_new_object();
    const char *key;
    json_t *member;

    if (json_is_array(value)) return refuse(mismatch, "Start of list found where not expected");
    if (!json_is_object(value)) return refuse(mismatch, "Expected map or null");
    json_object_foreach(value, key, member) {
        if (json_is_null(member)) continue;
        json_t *normal = normalize(schema->values, member, mismatch);
        if (normal == NULL) return NULL;
        json_put(result, key, normal);
    }
    return TAKE(result);
}

static json_t *normalize_list(const struct schema *schema, json_t *value, struct buffer *mismatch) {
    AUTO(json_decref) json_t *result = json_new_array();
    size_t index;
    json_t *element;

    if (json_is_object(value))
        return refuse(mismatch, "Start of structure or map found where not expected.");
    if (!json_is_array(value)) return refuse(mismatch, "Expected list or null");
    json_array_foreach(value, index, element) {
        if (json_is_null(element)) continue;
        json_t *normal = normalize(schema->values, element, mismatch);
        if (normal == NULL) return NULL;
        json_add(result, normal);
    }
    return TAKE(result);
}

static json_t *normalize_boolean(json_t *value, struct buffer *mismatch) {
    static const char *const yes[] = {"true", "yes", "y", "t", "1"};
    static const char *const no[] = {"false", "no", "n", "f", "0"};

    if (json_is_boolean(value)) return json_incref(value);
    if (!json_is_string(value)) return refuse_scalar(mismatch, value, "a Boolean");
    for (size_t index = 0; index < COUNT_OF(yes); index++) {
        if (strcasecmp(json_string_value(value), yes[index]) == 0) return json_true();
        if (strcasecmp(json_string_value(value), no[index]) == 0) return json_false();
    }
    return refuse_scalar(mismatch, value, "an Boolean");
}

static json_t *normalize_integer(const struct schema *schema, json_t *value,
                                 struct buffer *mismatch) {
    const char *wanted = schema->type == SCHEMA_LONG ? "a Long" : "an Integer";

    if (!json_is_number(value)) return refuse_scalar(mismatch, value, wanted);
    double number = json_number_value(value);
    double limit = schema->type == SCHEMA_LONG ? 9.2e18 : 2147483647.0;
    if (!(number >= -limit && number <= limit)) return refuse_scalar(mismatch, value, wanted);
    if (json_is_integer(value)) return json_incref(value);
    return json_integer((json_int_t)number); // fractions are cut off
}

static json_t *normalize_text(const struct schema *schema, json_t *value, struct buffer *mismatch) {
    if (!json_is_string(value)) return refuse_scalar(mismatch, value, "a String");
    // A 0 character would end the text early everywhere in C: it cannot be part of any valid value.
    if (strlen(json_string_value(value)) != json_string_length(value))
        return refuse(mismatch, "NUL is not allowed in a String");
    if (schema->type != SCHEMA_BLOB) return json_incref(value);
    return json_string_length(value) % 4 == 0 ? json_incref(value)
                                              : refuse(mismatch, "Invalid base64");
}

static json_t *normalize_scalar(const struct schema *schema, json_t *value,
                                struct buffer *mismatch) {
    if (json_is_array(value)) return refuse(mismatch, "Start of list found where not expected");
    if (json_is_object(value))
        return refuse(mismatch, "Start of structure or map found where not expected.");
    switch (schema->type) {
    case SCHEMA_BOOLEAN:
        return normalize_boolean(value, mismatch);
    case SCHEMA_INTEGER:
    case SCHEMA_LONG:
        return normalize_integer(schema, value, mismatch);
    case SCHEMA_NUMBER:
        if (!json_is_number(value)) return refuse_scalar(mismatch, value, "a Timestamp");
        return json_incref(value);
    case SCHEMA_STRING:
    case SCHEMA_BLOB:
    case SCHEMA_OBJECT:
    case SCHEMA_MAP:
    case SCHEMA_LIST:
        break;
    }
    return normalize_text(schema, value, mismatch);
}

static json_t *normalize(const struct schema *schema, json_t *value, struct buffer *mismatch) {
    if (schema->type == SCHEMA_OBJECT) return normalize_object(schema, value, mismatch);
    if (schema->type == SCHEMA_MAP) return normalize_map(schema, value, mismatch);
    if (schema->type == SCHEMA_LIST) return normalize_list(schema, value, mismatch);
    return normalize_scalar(schema, value, mismatch);
}

// --- pass 2: constraints ---

static void check(const struct schema *schema, json_t *value, struct violations *all);

static bool is_within(const struct schema *schema, int64_t size) {
    return (!schema->has_minimum || size >= schema->minimum) &&
           (!schema->has_maximum || size <= schema->maximum);
}

// `noun` is "length" or "value".
static void check_bounds(const struct schema *schema, int64_t size, const char *noun, json_t *value,
                         struct violations *all) {
    if (schema->has_maximum && size > schema->maximum)
        violations_add(all, value, "Member must have %s less than or equal to %" PRId64, noun,
                       schema->maximum);
    if (schema->has_minimum && size < schema->minimum)
        violations_add(all, value, "Member must have %s greater than or equal to %" PRId64, noun,
                       schema->minimum);
}

static bool is_in_enum(const struct schema *schema, const char *text) {
    for (size_t index = 0; index < schema->enum_count; index++)
        if (strcmp(schema->enum_values[index], text) == 0) return true;
    return schema->enum_values == NULL;
}

static bool matches(const struct schema *schema, const json_t *value) {
    return schema->pattern == NULL ||
           schema_pattern_matches(schema, json_string_value(value), json_string_length(value));
}

static void check_string(const struct schema *schema, json_t *value, struct violations *all) {
    if (!is_in_enum(schema, json_string_value(value))) violations_add_enum(all, value, schema);
    check_bounds(schema, (int64_t)text_count_characters(json_string_value(value)), "length", value,
                 all);
    if (!matches(schema, value))
        violations_add(all, value, "Member must satisfy regular expression pattern: %s",
                       schema->pattern_text);
}

static void check_blob(const struct schema *schema, json_t *value, struct violations *all) {
    const char *text = json_string_value(value);
    size_t length = json_string_length(value);
    int64_t bytes = (int64_t)(length / 4 * 3);
    char printed[80];

    if (length > 0 && text[length - 1] == '=') bytes -= text[length - 2] == '=' ? 2 : 1;
    if (is_within(schema, bytes)) return;
    // The bytes themselves are never printed.
    (void)text_format(printed, sizeof printed,
                      "java.nio.HeapByteBuffer[pos=0 lim=%" PRId64 " cap=%" PRId64 "]", bytes,
                      bytes);
    AUTO(json_decref) json_t *shown = json_string(printed);
    check_bounds(schema, bytes, "length", shown, all);
}

static void check_object(const struct schema *schema, json_t *value, struct violations *all) {
    for (size_t index = 0; index < schema->property_count; index++) {
        const struct schema_property *property = &schema->properties[index];
        json_t *member = json_object_get(value, property->name);
        if (member == NULL && !property->is_required) continue;
        size_t length = violations_enter_member(all, property->name);
        if (member == NULL)
            violations_add(all, NULL, "Member must not be null");
        else
            check(property->schema, member, all);
        violations_leave(all, length);
    }
}

static bool is_text_within(const struct schema *schema, const char *text) {
    return is_within(schema, (int64_t)text_count_characters(text)) &&
           (schema->pattern == NULL || schema_pattern_matches(schema, text, strlen(text)));
}

static void check_map(const struct schema *schema, json_t *value, struct violations *all) {
    bool texts = schema->values->type == SCHEMA_STRING;
    bool keys_fit = true;
    bool values_fit = true;
    const char *key;
    json_t *member;

    check_bounds(schema, (int64_t)json_object_size(value), "length", value, all);
    json_object_foreach(value, key, member) {
        keys_fit = keys_fit && is_text_within(schema->key, key);
        if (texts) {
            values_fit = values_fit && is_text_within(schema->values, json_string_value(member));
            continue;
        }
        size_t length = violations_enter_value(all, key);
        check(schema->values, member, all);
        violations_leave(all, length);
    }
    if (!keys_fit) violations_add_length_of(all, value, "Map keys", schema->key);
    if (!values_fit) violations_add_length_of(all, value, "Map value", schema->values);
}

static void check_list(const struct schema *schema, json_t *value, struct violations *all) {
    bool texts = schema->values->type == SCHEMA_STRING && schema->values->enum_values == NULL;
    bool elements_fit = true;
    size_t index;
    json_t *element;

    check_bounds(schema, (int64_t)json_array_size(value), "length", value, all);
    json_array_foreach(value, index, element) {
        if (texts) {
            elements_fit =
                elements_fit && is_text_within(schema->values, json_string_value(element));
            continue;
        }
        size_t length = violations_enter_element(all, index);
        check(schema->values, element, all);
        violations_leave(all, length);
    }
    if (!elements_fit) violations_add_length_of(all, value, "Member", schema->values);
}

static void check(const struct schema *schema, json_t *value, struct violations *all) {
    switch (schema->type) {
    case SCHEMA_OBJECT:
        check_object(schema, value, all);
        break;
    case SCHEMA_MAP:
        check_map(schema, value, all);
        break;
    case SCHEMA_LIST:
        check_list(schema, value, all);
        break;
    case SCHEMA_STRING:
        check_string(schema, value, all);
        break;
    case SCHEMA_BLOB:
        check_blob(schema, value, all);
        break;
    case SCHEMA_INTEGER:
    case SCHEMA_LONG:
        check_bounds(schema, json_integer_value(value), "value", value, all);
        break;
    case SCHEMA_NUMBER:
    case SCHEMA_BOOLEAN:
        break;
    }
}

enum validate_outcome validate_request(const struct schema *schema, json_t *value,
                                       json_t **out_normalized, struct buffer *out_text) {
    AUTO(buffer_release) struct buffer text = BUFFER_INIT(TEXT_MAX_BYTES);
    struct violations all = {.text = &text};
    AUTO(json_decref) json_t *normal = normalize(schema, value, out_text);

    if (normal == NULL) return VALIDATE_TYPE_MISMATCH;
    check(schema, normal, &all);
    if (all.count > 0) {
        violations_print(&all, out_text);
        return VALIDATE_CONSTRAINT;
    }
    *out_normalized = TAKE(normal);
    return VALIDATE_OK;
}

// --- replies ---

static bool is_declared(const struct schema *schema, json_t *value, struct buffer *out_text);

static bool are_members_declared(const struct schema *schema, json_t *value,
                                 struct buffer *out_text) {
    const char *name;
    json_t *member;

    json_object_foreach(value, name, member) {
        const struct schema_property *property = schema_property(schema, name);
        if (property != NULL && is_declared(property->schema, member, out_text)) continue;
        (void)buffer_append_format(out_text, "%s%s", property == NULL ? "unknown member " : " in ",
                                   name);
        return false;
    }
    for (size_t index = 0; index < schema->property_count; index++) {
        const struct schema_property *property = &schema->properties[index];
        // Declared as required, and missing in the service's own answers while an operation runs.
        if (!property->is_required || strcmp(property->name, "EndTime") == 0) continue;
        if (json_object_get(value, property->name) != NULL) continue;
        (void)buffer_append_format(out_text, "missing member %s", property->name);
        return false;
    }
    return true;
}

static bool are_elements_declared(const struct schema *schema, json_t *value,
                                  struct buffer *out_text) {
    size_t index;
    json_t *element;
    const char *key;

    json_array_foreach(value, index, element) {
        if (!is_declared(schema->values, element, out_text)) return false;
    }
    json_object_foreach(value, key, element) {
        if (!is_declared(schema->values, element, out_text)) return false;
    }
    return true;
}

static bool has_type(const struct schema *schema, const json_t *value) {
    switch (schema->type) {
    case SCHEMA_OBJECT:
    case SCHEMA_MAP:
        return json_is_object(value);
    case SCHEMA_LIST:
        return json_is_array(value);
    case SCHEMA_INTEGER:
    case SCHEMA_LONG:
        return json_is_integer(value);
    case SCHEMA_NUMBER:
        return json_is_number(value);
    case SCHEMA_BOOLEAN:
        return json_is_boolean(value);
    case SCHEMA_STRING:
    case SCHEMA_BLOB:
        break;
    }
    return json_is_string(value);
}

static bool is_declared(const struct schema *schema, json_t *value, struct buffer *out_text) {
    if (!has_type(schema, value)) {
        (void)buffer_append_text(out_text, "wrong type");
        return false;
    }
    if (schema->type == SCHEMA_OBJECT) return are_members_declared(schema, value, out_text);
    if (schema->type == SCHEMA_MAP || schema->type == SCHEMA_LIST)
        return are_elements_declared(schema, value, out_text);
    if (schema->type != SCHEMA_STRING) return true;
    if (is_in_enum(schema, json_string_value(value)) && matches(schema, value)) return true;
    (void)buffer_append_format(out_text, "'%s' is not allowed", json_string_value(value));
    return false;
}

bool validate_response(const struct schema *schema, json_t *value, struct buffer *out_text) {
    return is_declared(schema, value, out_text);
}
