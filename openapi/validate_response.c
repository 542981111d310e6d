#include "base/text.h"
#include "openapi/schema_node.h"
#include "openapi/validate.h"

// Declared as required, but missing in the service's own replies while an operation runs.
static const char NOT_REALLY_REQUIRED[] = "EndTime";

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
        if (!property->is_required || text_equal(property->name, NOT_REALLY_REQUIRED)) continue;
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
    case SCHEMA_TYPE_COUNT:
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
    if (schema_enum_allows(schema, json_string_value(value)) &&
        schema_pattern_allows(schema, json_string_value(value), json_string_length(value)))
        return true;
    (void)buffer_append_format(out_text, "'%s' is not allowed", json_string_value(value));
    return false;
}

bool validate_response(const struct schema *schema, json_t *value, struct buffer *out_text) {
    return is_declared(schema, value, out_text);
}
