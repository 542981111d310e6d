#include "openapi/schema.h"

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "openapi/schema_node.h"

#include <stdlib.h>
#include <string.h>

static const char REF_PREFIX[] = "#/components/schemas/";
// Levels of one schema; walks over it are recursive.
static const unsigned char DEPTH_MAX = 64;
#define KEYWORDS_MAX 6

struct schema_set {
    struct schema *nodes; // by name
    size_t count;
};

// How each type is written, and its other keywords. All others are refused: a keyword that is not
// interpreted would be a rule that is silently ignored.
// clang-format off
static const struct {
    const char *type;
    const char *marker; // a second keyword that distinguishes types of the same name
    const char *value;  // of the marker; NULL = any
    const char *keywords[KEYWORDS_MAX];
} forms[SCHEMA_TYPE_COUNT] = {
    [SCHEMA_MAP]     = {"object",  "propertyNames",   NULL,
                        {"additionalProperties", "minProperties", "maxProperties"}},
    [SCHEMA_OBJECT]  = {"object",  NULL,              NULL,            {"properties", "required"}},
    [SCHEMA_LIST]    = {"array",   NULL,              NULL,            {"items", "minItems", "maxItems"}},
    [SCHEMA_BLOB]    = {"string",  "contentEncoding", "base64",        {"x-min-bytes", "x-max-bytes"}},
    [SCHEMA_STRING]  = {"string",  NULL,              NULL,
                        {"minLength", "maxLength", "pattern", "enum"}},
    [SCHEMA_INTEGER] = {"integer", "format",          "int32",         {"minimum", "maximum"}},
    [SCHEMA_LONG]    = {"integer", "format",          "int64",         {"minimum", "maximum"}},
    [SCHEMA_NUMBER]  = {"number",  "format",          "epoch-seconds", {NULL}},
    [SCHEMA_BOOLEAN] = {"boolean", NULL,              NULL,            {NULL}},
};
// clang-format on

static bool has_form(enum schema_type type, const json_t *json) {
    const char *marker = forms[type].marker;

    if (!text_equal(json_text(json, "type"), forms[type].type)) return false;
    if (marker == NULL) return true;
    return forms[type].value == NULL ? json_object_get(json, marker) != NULL
                                     : text_equal(json_text(json, marker), forms[type].value);
}

static bool is_keyword_of(enum schema_type type, const char *keyword) {
    if (text_equal(keyword, "type") || text_equal(keyword, "description") ||
        text_equal(keyword, forms[type].marker))
        return true;
    for (size_t index = 0; index < KEYWORDS_MAX; index++)
        if (text_equal(forms[type].keywords[index], keyword)) return true;
    return false;
}

// For each JSON type, the forms with a marker come before the one without.
static bool read_type(struct schema *node, json_t *json, struct error *err) {
    static const enum schema_type order[] = {
        SCHEMA_MAP,     SCHEMA_OBJECT, SCHEMA_LIST,   SCHEMA_BLOB,    SCHEMA_STRING,
        SCHEMA_INTEGER, SCHEMA_LONG,   SCHEMA_NUMBER, SCHEMA_BOOLEAN,
    };
    const char *keyword;
    json_t *value;
    size_t at = 0;

    while (at < COUNT_OF(order) && !has_form(order[at], json))
        at++;
    if (at == COUNT_OF(order)) return error_set(err, ERROR_INVALID, "unknown type or format");
    node->type = order[at];
    json_object_foreach(json, keyword, value) {
        (void)value;
        if (!is_keyword_of(node->type, keyword))
            return error_set(err, ERROR_INVALID, "unknown keyword '%s' for this type", keyword);
    }
    return true;
}

// --- by name ---

static int compare_names(const void *left, const void *right) {
    const struct schema *a = left;
    const struct schema *b = right;

    return strcmp(a->name, b->name);
}

static int compare_with_name(const void *name, const void *node) {
    return strcmp(name, ((const struct schema *)node)->name);
}

static struct schema *find(const struct schema_set *set, const char *name) {
    return bsearch(name, set->nodes, set->count, sizeof *set->nodes, compare_with_name);
}

const struct schema *schema_find(const struct schema_set *set, const char *name) {
    return find(set, name);
}

static void sort_properties(struct schema *node) {
    node->by_name = memory_alloc(node->property_count * sizeof *node->by_name);
    for (size_t index = 0; index < node->property_count; index++) {
        size_t at = index;
        while (at > 0 && strcmp(node->properties[node->by_name[at - 1]].name,
                                node->properties[index].name) > 0) {
            node->by_name[at] = node->by_name[at - 1];
            at--;
        }
        node->by_name[at] = index;
    }
}

// --- keywords ---

static bool resolve(const struct schema_set *set, const json_t *place, const struct schema **out,
                    struct error *err) {
    const char *ref = json_text(place, "$ref");

    if (ref == NULL || json_object_size(place) != 1 || !text_starts_with(ref, REF_PREFIX))
        return error_set(err, ERROR_INVALID, "every part must be a $ref to %s", REF_PREFIX);
    *out = schema_find(set, ref + strlen(REF_PREFIX));
    return *out != NULL || error_set(err, ERROR_INVALID, "'%s' does not exist", ref);
}

static bool read_bound(const json_t *json, const char *keyword, bool *out_has, int64_t *out_value,
                       struct error *err) {
    const json_t *value = json_object_get(json, keyword);

    if (value == NULL) return true;
    if (!json_is_integer(value))
        return error_set(err, ERROR_INVALID, "%s is not an integer", keyword);
    *out_has = true;
    *out_value = json_integer_value(value);
    return true;
}

static bool read_bounds(struct schema *node, const json_t *json, const char *low, const char *high,
                        struct error *err) {
    return read_bound(json, low, &node->has_minimum, &node->minimum, err) &&
           read_bound(json, high, &node->has_maximum, &node->maximum, err);
}

static bool read_required(struct schema *node, const json_t *json, struct error *err) {
    const json_t *required = json_object_get(json, "required");
    size_t index;
    json_t *name;

    if (required != NULL && !json_is_array(required))
        return error_set(err, ERROR_INVALID, "required is not a list");
    json_array_foreach(required, index, name) {
        size_t at = 0;
        while (at < node->property_count &&
               !text_equal(json_string_value(name), node->properties[at].name))
            at++;
        if (at == node->property_count)
            return error_set(err, ERROR_INVALID, "required names an unknown property");
        node->properties[at].is_required = true;
    }
    return true;
}

static bool read_enum(struct schema *node, const json_t *json, struct error *err) {
    const json_t *values = json_object_get(json, "enum");
    size_t index;
    json_t *value;

    if (values == NULL) return true;
    if (json_array_size(values) == 0) return error_set(err, ERROR_INVALID, "enum has no values");
    node->enum_values = memory_alloc(json_array_size(values) * sizeof *node->enum_values);
    json_array_foreach(values, index, value) {
        if (!json_is_string(value))
            return error_set(err, ERROR_INVALID, "enum has a value that is not a string");
        node->enum_values[node->enum_count++] = memory_copy_text(json_string_value(value));
    }
    return true;
}

// --- types ---

static bool compile_object(const struct schema_set *set, struct schema *node, const json_t *json,
                           struct error *err) {
    json_t *properties = json_object_get(json, "properties");
    const char *name;
    json_t *part;

    if (properties != NULL && !json_is_object(properties))
        return error_set(err, ERROR_INVALID, "properties is not an object");
    node->properties = memory_alloc(json_object_size(properties) * sizeof *node->properties);
    json_object_foreach(properties, name, part) {
        struct schema_property *property = &node->properties[node->property_count];
        if (!resolve(set, part, &property->schema, err)) return error_prefix(err, "%s", name);
        property->name = memory_copy_text(name);
        node->property_count++;
    }
    sort_properties(node);
    return read_required(node, json, err);
}

static bool compile_map(const struct schema_set *set, struct schema *node, const json_t *json,
                        struct error *err) {
    return resolve(set, json_object_get(json, "propertyNames"), &node->key, err) &&
           resolve(set, json_object_get(json, "additionalProperties"), &node->values, err) &&
           read_bounds(node, json, "minProperties", "maxProperties", err);
}

static bool compile_list(const struct schema_set *set, struct schema *node, const json_t *json,
                         struct error *err) {
    return resolve(set, json_object_get(json, "items"), &node->values, err) &&
           read_bounds(node, json, "minItems", "maxItems", err);
}

static bool compile_string(struct schema *node, const json_t *json, struct error *err) {
    const json_t *pattern = json_object_get(json, "pattern");

    if (pattern != NULL && !json_is_string(pattern))
        return error_set(err, ERROR_INVALID, "pattern is not a string");
    if (pattern != NULL && !pattern_compile(json_string_value(pattern), &node->pattern, err))
        return false;
    return read_enum(node, json, err) && read_bounds(node, json, "minLength", "maxLength", err);
}

static bool compile_node(const struct schema_set *set, struct schema *node, json_t *json,
                         struct error *err) {
    if (!read_type(node, json, err)) return false;
    switch (node->type) {
    case SCHEMA_OBJECT:
        return compile_object(set, node, json, err);
    case SCHEMA_MAP:
        return compile_map(set, node, json, err);
    case SCHEMA_LIST:
        return compile_list(set, node, json, err);
    case SCHEMA_STRING:
        return compile_string(node, json, err);
    case SCHEMA_BLOB:
        return read_bounds(node, json, "x-min-bytes", "x-max-bytes", err);
    case SCHEMA_INTEGER:
    case SCHEMA_LONG:
        return read_bounds(node, json, "minimum", "maximum", err);
    case SCHEMA_NUMBER:
    case SCHEMA_BOOLEAN:
    case SCHEMA_TYPE_COUNT:
        break;
    }
    return true;
}

// --- the graph: recursion over it must end ---

static const unsigned char OPEN = 255; // the visit has not ended

struct heights {
    const struct schema_set *set;
    unsigned char *of; // levels of each node; 0: not visited
};

static bool visit(struct heights *heights, const struct schema *node, unsigned char depth,
                  struct error *err);

// Raises *height to the height of one part plus 1.
static bool visit_part(struct heights *heights, const struct schema *part, unsigned char depth,
                       unsigned char *height, struct error *err) {
    if (part == NULL) return true;
    if (!visit(heights, part, (unsigned char)(depth + 1), err)) return false;
    unsigned char below = heights->of[part - heights->set->nodes];
    if (below + 1 > *height) *height = (unsigned char)(below + 1);
    return true;
}

static bool visit(struct heights *heights, const struct schema *node, unsigned char depth,
                  struct error *err) {
    unsigned char *place = &heights->of[node - heights->set->nodes];
    unsigned char height = 1;

    if (*place == OPEN)
        return error_set(err, ERROR_INVALID, "schema %s contains itself", node->name);
    if (depth + (*place == 0 ? 1 : *place) > DEPTH_MAX)
        return error_set(err, ERROR_INVALID, "schema %s has too many levels", node->name);
    if (*place != 0) return true;
    *place = OPEN;
    for (size_t at = 0; at < node->property_count; at++)
        if (!visit_part(heights, node->properties[at].schema, depth, &height, err)) return false;
    if (!visit_part(heights, node->key, depth, &height, err)) return false;
    if (!visit_part(heights, node->values, depth, &height, err)) return false;
    *place = height;
    return true;
}

static bool check_graph(const struct schema_set *set, struct error *err) {
    AUTO(memory_free) unsigned char *of = memory_alloc(set->count);
    struct heights heights = {.set = set, .of = of};

    for (size_t index = 0; index < set->count; index++) {
        const struct schema *node = &set->nodes[index];
        if (!visit(&heights, node, 0, err)) return false;
        if (node->key != NULL && node->key->type != SCHEMA_STRING)
            return error_set(err, ERROR_INVALID, "schema %s: its keys are not strings", node->name);
    }
    return true;
}

bool schema_compile(json_t *schemas, struct schema_set **out_set, struct error *err) {
    AUTO(schema_set_free) struct schema_set *set = memory_alloc(sizeof *set);
    const char *name;
    json_t *json;

    if (!json_is_object(schemas)) return error_set(err, ERROR_INVALID, "no schemas");
    set->nodes = memory_alloc(json_object_size(schemas) * sizeof *set->nodes);
    // All names first: a $ref may refer to a later schema.
    json_object_foreach(schemas, name, json) {
        set->nodes[set->count++].name = memory_copy_text(name);
    }
    qsort(set->nodes, set->count, sizeof *set->nodes, compare_names);
    json_object_foreach(schemas, name, json) {
        if (!compile_node(set, find(set, name), json, err))
            return error_prefix(err, "schema %s", name);
    }
    if (!check_graph(set, err)) return false;
    *out_set = TAKE(set);
    return true;
}

void schema_set_free(struct schema_set *set) {
    if (set == NULL) return;
    for (size_t index = 0; index < set->count; index++)
        schema_node_release(&set->nodes[index]);
    memory_free(set->nodes);
    memory_free(set);
}
