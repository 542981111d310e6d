#include "openapi/schema_node.h"

#include "base/memory.h"

#include <string.h>

const struct schema_property *schema_property(const struct schema *schema, const char *name) {
    size_t low = 0;
    size_t high = schema->property_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct schema_property *property = &schema->properties[schema->by_name[middle]];
        int order = strcmp(name, property->name);
        if (order == 0) return property;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

const struct schema *schema_member(const struct schema *schema, const char *name) {
    const struct schema_property *property = schema_property(schema, name);

    return property == NULL ? NULL : property->schema;
}

bool schema_enum_allows(const struct schema *schema, const char *text) {
    for (size_t index = 0; index < schema->enum_count; index++)
        if (strcmp(schema->enum_values[index], text) == 0) return true;
    return schema->enum_values == NULL;
}

bool schema_pattern_allows(const struct schema *schema, const char *text, size_t size_bytes) {
    return schema->pattern == NULL || pattern_matches(schema->pattern, text, size_bytes);
}

bool schema_bounds_allow(const struct schema *schema, int64_t size) {
    return (!schema->has_minimum || size >= schema->minimum) &&
           (!schema->has_maximum || size <= schema->maximum);
}

void schema_node_release(struct schema *node) {
    for (size_t index = 0; index < node->property_count; index++)
        memory_free(node->properties[index].name);
    for (size_t index = 0; index < node->enum_count; index++)
        memory_free(node->enum_values[index]);
    memory_free(node->name);
    memory_free(node->properties);
    memory_free(node->by_name);
    memory_free(node->enum_values);
    pattern_free(node->pattern);
}
