// Every field of every request: a value that violates a rule is refused with the right message. The
// walk starts with a request that has all members, and replaces each in turn by invalid variants.
#include "base/text.h"
#include "openapi/schema_node.h"
#include "unit/openapi/check.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <inttypes.h>
#include <string.h>

// --- values that are allowed ---

static json_t *allowed(const struct schema *schema);

static char *text_of_length(int64_t length) {
    char *text = memory_alloc((size_t)length + 1);

    memset(text, 'a', (size_t)length);
    return text;
}

static json_t *allowed_text(const struct schema *schema) {
    static const char *const samples[] = {"a", "arn:a", "00:00", "UTF-8", "$", ""};

    if (schema->enum_count > 0) return json_string(schema->enum_values[schema->enum_count - 1]);
    for (size_t index = 0; index < COUNT_OF(samples); index++)
        if (schema_pattern_allows(schema, samples[index], strlen(samples[index])) &&
            schema_bounds_allow(schema, (int64_t)strlen(samples[index])))
            return json_string(samples[index]);
    AUTO(memory_free) char *text = text_of_length(schema->minimum);
    return json_string(text);
}

static json_t *allowed_container(const struct schema *schema) {
    json_t *value = schema->type == SCHEMA_LIST ? json_new_array() : json_new_object();

    for (size_t index = 0; index < schema->property_count; index++)
        json_put(value, schema->properties[index].name, allowed(schema->properties[index].schema));
    if (schema->type == SCHEMA_LIST) json_add(value, allowed(schema->values));
    if (schema->type == SCHEMA_MAP) json_put(value, "k", allowed(schema->values));
    return value;
}

static json_t *allowed(const struct schema *schema) {
    switch (schema->type) {
    case SCHEMA_OBJECT:
    case SCHEMA_MAP:
    case SCHEMA_LIST:
        return allowed_container(schema);
    case SCHEMA_STRING:
        return allowed_text(schema);
    case SCHEMA_BLOB:
        return json_string("YWJj");
    case SCHEMA_INTEGER:
    case SCHEMA_LONG:
        return json_integer(schema->has_minimum ? schema->minimum : 7);
    case SCHEMA_BOOLEAN:
        return json_true();
    case SCHEMA_NUMBER:
    case SCHEMA_TYPE_COUNT:
        break;
    }
    return json_real(1635248936.5);
}

// --- one place of the request ---

struct walk {
    const struct schema *request_schema;
    json_t *request;
    size_t refused; // variants tried
};

// The place of a value: its parent, its name there, and its path in messages.
struct place {
    json_t *parent;
    const char *name; // NULL: the first element of a list
    char path[320];
};

static void put(const struct place *place, json_t *value) {
    if (place->name != NULL)
        json_put(place->parent, place->name, value);
    else
        cr_assert(eq(int, json_array_set_new(place->parent, 0, value), 0));
}

static json_t *get(const struct place *place) {
    return place->name != NULL ? json_object_get(place->parent, place->name)
                               : json_array_get(place->parent, 0);
}

// Puts `variant` (owned) into the place, expects the outcome and the text in the message, and
// restores the former value.
static void refuse(struct walk *walk, const struct place *place, json_t *variant,
                   enum validate_outcome expected, const char *text) {
    json_t *old = json_incref(get(place));
    enum validate_outcome outcome;

    put(place, variant);
    AUTO(memory_free) char *message = check_value(walk->request_schema, walk->request, &outcome);
    put(place, old);
    walk->refused++;
    cr_assert(outcome == expected, "%s: outcome %d: %.500s", place->path, (int)outcome, message);
    if (expected == VALIDATE_TYPE_MISMATCH)
        cr_assert(eq(str, message, (char *)text), "%s", place->path);
    else
        cr_assert(strstr(message, text) != NULL, "%s: '%s' is not in %.500s", place->path, text,
                  message);
}

static void refuse_type(struct walk *walk, const struct place *place, const char *variant,
                        const char *text) {
    refuse(walk, place, parse(variant), VALIDATE_TYPE_MISMATCH, text);
}

// `rule` is the sentence without its number.
static void break_rule(struct walk *walk, const struct place *place, json_t *variant,
                       const char *rule, int64_t number) {
    AUTO(memory_free)
    char *text = memory_format("at '%s' failed to satisfy constraint: Member must %s%" PRId64,
                               place->path, rule, number);

    refuse(walk, place, variant, VALIDATE_CONSTRAINT, text);
}

// --- the violations of each type ---

static json_t *text_json(int64_t length) {
    AUTO(memory_free) char *text = text_of_length(length);

    return json_string(text);
}

static void break_text(struct walk *walk, const struct place *place, const struct schema *schema) {
    AUTO(memory_free)
    char *at =
        memory_format("at '%s' failed to satisfy constraint: Member must satisfy ", place->path);

    if (schema->has_maximum)
        break_rule(walk, place, text_json(schema->maximum + 1),
                   "have length less than or equal to ", schema->maximum);
    if (schema->has_minimum && schema->minimum > 0)
        break_rule(walk, place, text_json(schema->minimum - 1),
                   "have length greater than or equal to ", schema->minimum);
    if (schema->pattern != NULL) {
        AUTO(memory_free)
        char *text =
            memory_format("%sregular expression pattern: %s", at, pattern_text(schema->pattern));
        refuse(walk, place, json_string("\n"), VALIDATE_CONSTRAINT, text);
    }
    if (schema->enum_values != NULL) {
        AUTO(memory_free)
        char *text = memory_format("%senum value set: [%s", at, schema->enum_values[0]);
        refuse(walk, place, json_string("no such value"), VALIDATE_CONSTRAINT, text);
    }
}

static void break_integer(struct walk *walk, const struct place *place,
                          const struct schema *schema) {
    if (schema->has_maximum)
        break_rule(walk, place, json_integer(schema->maximum + 1),
                   "have value less than or equal to ", schema->maximum);
    if (schema->has_minimum)
        break_rule(walk, place, json_integer(schema->minimum - 1),
                   "have value greater than or equal to ", schema->minimum);
}

static void break_blob(struct walk *walk, const struct place *place, const struct schema *schema) {
    if (schema->has_maximum)
        break_rule(walk, place, text_json((schema->maximum + 3) / 3 * 4),
                   "have length less than or equal to ", schema->maximum);
}

static void break_count(struct walk *walk, const struct place *place, const struct schema *schema) {
    json_t *many = json_copy_of(get(place));

    if (schema->has_minimum && schema->minimum > 0)
        break_rule(walk, place, schema->type == SCHEMA_LIST ? json_new_array() : json_new_object(),
                   "have length greater than or equal to ", schema->minimum);
    for (int64_t index = 0; schema->has_maximum && index <= schema->maximum; index++) {
        AUTO(memory_free) char *key = memory_format("k%" PRId64, index);
        if (schema->type == SCHEMA_LIST)
            json_add(many, allowed(schema->values));
        else
            json_put(many, key, allowed(schema->values));
    }
    if (schema->has_maximum)
        break_rule(walk, place, json_incref(many), "have length less than or equal to ",
                   schema->maximum);
    json_decref(many);
}

// `subject`: whether it is a text in a list or a map, or a key of a map.
static void break_inner_text(struct walk *walk, const struct place *place, const char *subject,
                             const struct schema *texts, bool is_key) {
    const struct schema *inner = texts;

    if (inner->type != SCHEMA_STRING || !inner->has_maximum) return;
    AUTO(memory_free) char *long_text = text_of_length(inner->maximum + 1);
    json_t *container = json_copy_of(get(place));
    if (json_is_array(container))
        json_add(container, json_string(long_text));
    else
        json_put_text(container, is_key ? long_text : "k", is_key ? "a" : long_text);
    AUTO(memory_free)
    char *text = memory_format(
        "at '%s' failed to satisfy constraint: %s must satisfy constraint: [Member must have "
        "length less than or equal to %" PRId64,
        place->path, subject, inner->maximum);
    refuse(walk, place, container, VALIDATE_CONSTRAINT, text);
}

static void break_type(struct walk *walk, const struct place *place, enum schema_type type) {
    // clang-format off
    static const struct {
        const char *scalar;   // a scalar of the wrong type
        const char *text;
        bool takes_list, takes_object;
    } rows[SCHEMA_TYPE_COUNT] = {
        [SCHEMA_OBJECT]  = {"\"x\"", "Expected null", false, true},
        [SCHEMA_MAP]     = {"true",  "Expected map or null", false, true},
        [SCHEMA_LIST]    = {"5",     "Expected list or null", true, false},
        [SCHEMA_STRING]  = {"5",     "NUMBER_VALUE can not be converted to a String", false, false},
        [SCHEMA_BLOB]    = {"\"?\"", "Invalid base64", false, false},
        [SCHEMA_INTEGER] = {"\"5\"", "STRING_VALUE can not be converted to an Integer", false, false},
        [SCHEMA_LONG]    = {"true",  "TRUE_VALUE can not be converted to a Long", false, false},
        [SCHEMA_NUMBER]  = {"false", "FALSE_VALUE can not be converted to a Timestamp", false, false},
        [SCHEMA_BOOLEAN] = {"5",     "NUMBER_VALUE can not be converted to a Boolean", false, false},
    };
    // clang-format on
    refuse_type(walk, place, rows[type].scalar, rows[type].text);
    if (!rows[type].takes_list)
        refuse_type(walk, place, "[]", "Start of list found where not expected");
    if (!rows[type].takes_object)
        refuse_type(walk, place, "{}", "Start of structure or map found where not expected.");
}

static void break_value(struct walk *walk, const struct place *place, const struct schema *schema) {
    break_type(walk, place, schema->type);
    switch (schema->type) {
    case SCHEMA_STRING:
        break_text(walk, place, schema);
        break;
    case SCHEMA_INTEGER:
    case SCHEMA_LONG:
        break_integer(walk, place, schema);
        break;
    case SCHEMA_BLOB:
        break_blob(walk, place, schema);
        break;
    case SCHEMA_LIST:
        break_count(walk, place, schema);
        break_inner_text(walk, place, "Member", schema->values, false);
        break;
    case SCHEMA_MAP:
        break_count(walk, place, schema);
        break_inner_text(walk, place, "Map keys", schema->key, true);
        break_inner_text(walk, place, "Map value", schema->values, false);
        break;
    case SCHEMA_OBJECT:
    case SCHEMA_NUMBER:
    case SCHEMA_BOOLEAN:
    case SCHEMA_TYPE_COUNT:
        break;
    }
}

// --- the walk ---

static void walk_inside(struct walk *walk, const char *path, const struct schema *schema,
                        json_t *value);

static void walk_member(struct walk *walk, const char *path, const struct schema_property *property,
                        json_t *parent) {
    struct place place = {.parent = parent, .name = property->name};
    char first[2] = {(char)(property->name[0] | 0x20), '\0'};

    cr_assert(text_format(place.path, sizeof place.path, "%s%s%s%s", path,
                          path[0] == '\0' ? "" : ".", first, property->name + 1));
    break_value(walk, &place, property->schema);
    if (property->is_required) {
        AUTO(memory_free)
        char *text = memory_format(
            "1 validation error detected: Value null at '%s' failed to satisfy constraint: Member "
            "must not be null",
            place.path);
        refuse(walk, &place, json_null(), VALIDATE_CONSTRAINT, text);
    }
    walk_inside(walk, place.path, property->schema, json_object_get(parent, property->name));
}

static void walk_inside(struct walk *walk, const char *path, const struct schema *schema,
                        json_t *value) {
    for (size_t index = 0; index < schema->property_count; index++)
        walk_member(walk, path, &schema->properties[index], value);
    if (schema->type != SCHEMA_LIST || schema->values->type == SCHEMA_STRING) return;
    struct place place = {.parent = value, .name = NULL};
    cr_assert(text_format(place.path, sizeof place.path, "%s.1.member", path));
    break_value(walk, &place, schema->values);
    walk_inside(walk, place.path, schema->values, json_array_get(value, 0));
}

ParameterizedTestParameters(property, broken_anywhere_in_a_request_is_refused_with_its_words) {
    AUTO(document_free) struct document *document = NULL;
    static size_t indices[100];
    struct error err;

    cr_assert(document_open(&document, &err));
    size_t count = document_operation_count(document);
    cr_assert(le(sz, count, COUNT_OF(indices)));
    for (size_t index = 0; index < count; index++)
        indices[index] = index;
    return cr_make_param_array(size_t, indices, count);
}

ParameterizedTest(size_t *index, property, broken_anywhere_in_a_request_is_refused_with_its_words) {
    AUTO(document_free) struct document *document = NULL;
    enum validate_outcome outcome;
    struct error err;

    cr_assert(document_open(&document, &err));
    const struct document_operation *operation = document_operation_at(document, *index);
    AUTO(json_decref) json_t *request = allowed(operation->request);
    AUTO(memory_free) char *message = check_value(operation->request, request, &outcome);
    cr_assert(eq(int, outcome, VALIDATE_OK), "%s: %s", operation->name, message);
    struct walk walk = {.request_schema = operation->request, .request = request};
    walk_inside(&walk, "", operation->request, request);
    // Each member has at least a wrong scalar, list or object.
    cr_assert(ge(sz, walk.refused, 2 * json_object_size(request)), "%s", operation->name);
}
