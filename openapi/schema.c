#include "openapi/schema.h"

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "openapi/schema_node.h"

#include <string.h>

static const char REF_PREFIX[] = "#/components/schemas/";
static const char ANCHOR_OPEN[] = "^(?:";
static const char ANCHOR_CLOSE[] = ")$";
// Backtracking steps of one match: far above what the document's patterns need for their longest
// text.
static const uint32_t MATCH_LIMIT = 1000000;

struct schema_set {
    char **names;
    struct schema *nodes; // parallel to names
    size_t count;
};

// Keywords the interpreter knows. Any other one is refused, so that no rule can be ignored
// silently.
static const char *const keywords[] = {
    "type",        "properties",    "required",
    "items",       "propertyNames", "additionalProperties",
    "minLength",   "maxLength",     "minItems",
    "maxItems",    "minProperties", "maxProperties",
    "minimum",     "maximum",       "pattern",
    "enum",        "format",        "contentEncoding",
    "x-min-bytes", "x-max-bytes",   "description",
};

static bool is_keyword(const char *name) {
    for (size_t index = 0; index < COUNT_OF(keywords); index++)
        if (strcmp(keywords[index], name) == 0) return true;
    return false;
}

const struct schema *schema_find(const struct schema_set *set, const char *name) {
    for (size_t index = 0; index < set->count; index++)
        if (strcmp(set->names[index], name) == 0) return &set->nodes[index];
    return NULL;
}

// --- properties by name ---

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

// --- patterns ---

static bool compile_pattern(struct schema *node, const char *pattern, struct error *err) {
    PCRE2_UCHAR reason[128];
    PCRE2_SIZE offset;
    int code;
    size_t length = strlen(pattern);
    size_t frame = strlen(ANCHOR_OPEN) + strlen(ANCHOR_CLOSE);

    if (length < frame || !text_starts_with(pattern, ANCHOR_OPEN) ||
        !text_ends_with(pattern, ANCHOR_CLOSE))
        return error_set(err, ERROR_INVALID, "pattern '%s' is not of the form ^(?:...)$", pattern);
    node->pattern_text = memory_copy_text(pattern + strlen(ANCHOR_OPEN));
    node->pattern_text[length - frame] = '\0';
    // DOLLAR_ENDONLY: "$" is not before a final line feed, as the service's whole-text match has
    // it.
    node->pattern = pcre2_compile((PCRE2_SPTR)node->pattern_text, PCRE2_ZERO_TERMINATED,
                                  PCRE2_UTF | PCRE2_ANCHORED | PCRE2_ENDANCHORED |
                                      PCRE2_DOLLAR_ENDONLY | PCRE2_NO_UTF_CHECK,
                                  &code, &offset, NULL);
    if (node->pattern != NULL) return true;
    (void)pcre2_get_error_message(code, reason, sizeof reason);
    return error_set(err, ERROR_INVALID, "pattern '%s': %s", pattern, (const char *)reason);
}

bool schema_pattern_matches(const struct schema *schema, const char *text, size_t size_bytes) {
    pcre2_match_data *match = pcre2_match_data_create(1, NULL);
    pcre2_match_context *context = pcre2_match_context_create(NULL);

    if (match == NULL || context == NULL) abort();
    (void)pcre2_set_match_limit(context, MATCH_LIMIT);
    // jansson has checked the UTF-8.
    int code = pcre2_match(schema->pattern, (PCRE2_SPTR)text, size_bytes, 0, PCRE2_NO_UTF_CHECK,
                           match, context);
    pcre2_match_data_free(match);
    pcre2_match_context_free(context);
    return code >= 0;
}

// --- compiling ---

static bool resolve(const struct schema_set *set, const json_t *place, const struct schema **out,
                    struct error *err) {
    const char *ref = json_text(place, "$ref");

    if (ref == NULL || !text_starts_with(ref, REF_PREFIX))
        return error_set(err, ERROR_INVALID, "every part must be a $ref into %s", REF_PREFIX);
    *out = schema_find(set, ref + strlen(REF_PREFIX));
    return *out != NULL || error_set(err, ERROR_INVALID, "'%s' leads nowhere", ref);
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

static bool is_required(const json_t *required, const char *name) {
    size_t index;
    json_t *entry;

    json_array_foreach(required, index, entry) {
        if (text_equal(json_string_value(entry), name)) return true;
    }
    return false;
}

static bool compile_object(const struct schema_set *set, struct schema *node, const json_t *json,
                           struct error *err) {
    json_t *properties = json_object_get(json, "properties");
    const json_t *required = json_object_get(json, "required");
    const char *name;
    json_t *part;

    node->type = SCHEMA_OBJECT;
    node->properties = memory_alloc(json_object_size(properties) * sizeof *node->properties);
    json_object_foreach(properties, name, part) {
        struct schema_property *property = &node->properties[node->property_count];
        if (json_text(part, "$ref") == NULL && json_text(part, "type") != NULL)
            return error_set(err, ERROR_INVALID, "member %s is described in place", name);
        if (!resolve(set, part, &property->schema, err)) return error_prefix(err, "%s", name);
        property->name = memory_copy_text(name);
        property->is_required = is_required(required, name);
        node->property_count++;
    }
    sort_properties(node);
    return true;
}

static bool compile_map(const struct schema_set *set, struct schema *node, const json_t *json,
                        struct error *err) {
    node->type = SCHEMA_MAP;
    return resolve(set, json_object_get(json, "propertyNames"), &node->key, err) &&
           resolve(set, json_object_get(json, "additionalProperties"), &node->values, err) &&
           read_bounds(node, json, "minProperties", "maxProperties", err);
}

static bool compile_list(const struct schema_set *set, struct schema *node, const json_t *json,
                         struct error *err) {
    node->type = SCHEMA_LIST;
    return resolve(set, json_object_get(json, "items"), &node->values, err) &&
           read_bounds(node, json, "minItems", "maxItems", err);
}

static bool compile_string(struct schema *node, const json_t *json, struct error *err) {
    const json_t *values = json_object_get(json, "enum");
    const char *pattern = json_text(json, "pattern");
    size_t index;
    json_t *value;

    if (json_object_get(json, "contentEncoding") != NULL) {
        node->type = SCHEMA_BLOB;
        return read_bounds(node, json, "x-min-bytes", "x-max-bytes", err);
    }
    node->type = SCHEMA_STRING;
    if (values != NULL)
        node->enum_values = memory_alloc(json_array_size(values) * sizeof *node->enum_values);
    json_array_foreach(values, index, value) {
        if (!json_is_string(value)) return error_set(err, ERROR_INVALID, "enum holds no text");
        node->enum_values[node->enum_count++] = memory_copy_text(json_string_value(value));
    }
    if (pattern != NULL && !compile_pattern(node, pattern, err)) return false;
    return read_bounds(node, json, "minLength", "maxLength", err);
}

static bool compile_number(struct schema *node, const json_t *json, struct error *err) {
    const char *format = json_text(json, "format");

    if (format == NULL || text_equal(format, "epoch-seconds"))
        node->type = SCHEMA_NUMBER;
    else if (text_equal(format, "int32"))
        node->type = SCHEMA_INTEGER;
    else if (text_equal(format, "int64"))
        node->type = SCHEMA_LONG;
    else
        return error_set(err, ERROR_INVALID, "unknown format '%s'", format);
    return read_bounds(node, json, "minimum", "maximum", err);
}

static bool compile_node(const struct schema_set *set, struct schema *node, json_t *json,
                         struct error *err) {
    const char *type = json_text(json, "type");
    const char *keyword;
    json_t *value;

    if (type == NULL) return error_set(err, ERROR_INVALID, "no type");
    json_object_foreach(json, keyword, value) {
        (void)value;
        if (!is_keyword(keyword))
            return error_set(err, ERROR_INVALID, "unknown keyword '%s'", keyword);
    }
    if (text_equal(type, "object") && json_object_get(json, "propertyNames") != NULL)
        return compile_map(set, node, json, err);
    if (text_equal(type, "object")) return compile_object(set, node, json, err);
    if (text_equal(type, "array")) return compile_list(set, node, json, err);
    if (text_equal(type, "string")) return compile_string(node, json, err);
    if (text_equal(type, "integer") || text_equal(type, "number"))
        return compile_number(node, json, err);
    if (!text_equal(type, "boolean"))
        return error_set(err, ERROR_INVALID, "unknown type '%s'", type);
    node->type = SCHEMA_BOOLEAN;
    return true;
}

// --- cycles: recursion over the schema must end ---

enum colour { WHITE, GREY, BLACK };

static bool visit(const struct schema_set *set, const struct schema *node, unsigned char *colours,
                  struct error *err) {
    size_t index = (size_t)(node - set->nodes);

    if (colours[index] == BLACK) return true;
    if (colours[index] == GREY)
        return error_set(err, ERROR_INVALID, "schema %s contains itself", set->names[index]);
    colours[index] = GREY;
    for (size_t at = 0; at < node->property_count; at++)
        if (!visit(set, node->properties[at].schema, colours, err)) return false;
    if (node->key != NULL && !visit(set, node->key, colours, err)) return false;
    if (node->values != NULL && !visit(set, node->values, colours, err)) return false;
    colours[index] = BLACK;
    return true;
}

static bool check_no_cycle(const struct schema_set *set, struct error *err) {
    AUTO(memory_free) unsigned char *colours = memory_alloc(set->count);

    for (size_t index = 0; index < set->count; index++)
        if (!visit(set, &set->nodes[index], colours, err)) return false;
    return true;
}

bool schema_compile(json_t *schemas, struct schema_set **out_set, struct error *err) {
    AUTO(schema_set_free) struct schema_set *set = memory_alloc(sizeof *set);
    size_t size = json_object_size(schemas);
    const char *name;
    json_t *json;

    if (!json_is_object(schemas)) return error_set(err, ERROR_INVALID, "no schemas");
    set->names = memory_alloc(size * sizeof *set->names);
    set->nodes = memory_alloc(size * sizeof *set->nodes);
    // All names first: a $ref may lead forward.
    json_object_foreach(schemas, name, json) {
        set->names[set->count++] = memory_copy_text(name);
    }
    size_t index = 0;
    json_object_foreach(schemas, name, json) {
        if (!compile_node(set, &set->nodes[index++], json, err))
            return error_prefix(err, "schema %s", name);
    }
    if (!check_no_cycle(set, err)) return false;
    *out_set = TAKE(set);
    return true;
}

static void free_node(struct schema *node) {
    for (size_t index = 0; index < node->property_count; index++)
        memory_free(node->properties[index].name);
    for (size_t index = 0; index < node->enum_count; index++)
        memory_free(node->enum_values[index]);
    memory_free(node->properties);
    memory_free(node->by_name);
    memory_free(node->enum_values);
    memory_free(node->pattern_text);
    pcre2_code_free(node->pattern);
}

void schema_set_free(struct schema_set *set) {
    if (set == NULL) return;
    for (size_t index = 0; index < set->count; index++) {
        memory_free(set->names[index]);
        free_node(&set->nodes[index]);
    }
    memory_free(set->names);
    memory_free(set->nodes);
    memory_free(set);
}
