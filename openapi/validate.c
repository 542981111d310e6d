#include "openapi/validate.h"

#include "base/json.h"
#include "base/text.h"
#include "openapi/normalize.h"
#include "openapi/violation.h"

#include <string.h>

static void check(const struct schema *schema, json_t *value, struct violations *all);

// --- scalars ---

static void check_string(const struct schema *schema, json_t *value, struct violations *all) {
    const char *text = json_string_value(value);

    if (!schema_enum_allows(schema, text)) violations_add(all, schema, value, VIOLATION_ENUM);
    if (!schema_pattern_allows(schema, text, json_string_length(value)))
        violations_add(all, schema, value, VIOLATION_PATTERN);
    violations_add_bounds(all, schema, value, (int64_t)text_count_characters(text));
}

// --- containers ---

static void check_object(const struct schema *schema, json_t *value, struct violations *all) {
    for (size_t index = 0; index < schema->property_count; index++) {
        const struct schema_property *property = &schema->properties[index];
        json_t *member = json_object_get(value, property->name);
        if (member == NULL && !property->is_required) continue;
        size_t length = violations_enter_member(all, property->name);
        if (member == NULL)
            violations_add(all, property->schema, NULL, VIOLATION_NULL);
        else
            check(property->schema, member, all);
        violations_leave(all, length);
    }
}

static bool is_text_allowed(const struct schema *schema, const char *text) {
    return schema_enum_allows(schema, text) &&
           schema_bounds_allow(schema, (int64_t)text_count_characters(text)) &&
           schema_pattern_allows(schema, text, strlen(text));
}

static void check_map(const struct schema *schema, json_t *value, struct violations *all) {
    bool keys_fit = true;
    bool values_fit = true;
    const char *key;
    json_t *entry;

    violations_add_bounds(all, schema, value, (int64_t)json_object_size(value));
    json_object_foreach(value, key, entry) {
        keys_fit = keys_fit && is_text_allowed(schema->key, key);
        if (schema->values->type == SCHEMA_STRING) {
            values_fit = values_fit && is_text_allowed(schema->values, json_string_value(entry));
            continue;
        }
        size_t length = violations_enter_value(all, key);
        check(schema->values, entry, all);
        violations_leave(all, length);
    }
    if (!keys_fit) violations_add(all, schema, value, VIOLATION_KEYS);
    if (!values_fit) violations_add(all, schema, value, VIOLATION_VALUES);
}

static void check_list(const struct schema *schema, json_t *value, struct violations *all) {
    bool elements_fit = true;
    size_t index;
    json_t *element;

    violations_add_bounds(all, schema, value, (int64_t)json_array_size(value));
    json_array_foreach(value, index, element) {
        // The list may be very long, and nothing is added after the tenth violation.
        if (violations_are_full(all)) return;
        if (schema->values->type == SCHEMA_STRING) {
            elements_fit =
                elements_fit && is_text_allowed(schema->values, json_string_value(element));
            continue;
        }
        size_t length = violations_enter_element(all, index);
        check(schema->values, element, all);
        violations_leave(all, length);
    }
    if (!elements_fit) violations_add(all, schema, value, VIOLATION_ELEMENTS);
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
    case SCHEMA_BLOB: // its size
    case SCHEMA_INTEGER:
    case SCHEMA_LONG:
        violations_add_bounds(all, schema, value, json_integer_value(value));
        break;
    case SCHEMA_NUMBER:
    case SCHEMA_BOOLEAN:
    case SCHEMA_TYPE_COUNT:
        break;
    }
}

enum validate_outcome validate_request(const struct schema *schema, json_t *value,
                                       struct blob *blob, json_t **out_normalized,
                                       struct buffer *out_text) {
    AUTO(violations_release) struct violations all = VIOLATIONS_INIT;
    AUTO(json_decref) json_t *normal = normalize_value(schema, value, blob, out_text);

    if (normal == NULL) return VALIDATE_TYPE_MISMATCH;
    check(schema, normal, &all);
    if (all.count > 0) {
        violations_print(&all, out_text);
        return VALIDATE_CONSTRAINT;
    }
    *out_normalized = TAKE(normal);
    return VALIDATE_OK;
}
