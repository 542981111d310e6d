// A compiled schema has every rule of the source, or is refused.
#include "openapi/schema.h"

#include "base/text.h"
#include "openapi/schema_node.h"
#include "unit/openapi/check.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <string.h>

#define REF(name) "{\"$ref\":\"#/components/schemas/" name "\"}"

struct bad {
    char schemas[240];
    char reason[80];
};

// clang-format off
static struct bad bads[] = {
    {"7", "no schemas"},
    {"{\"A\":7}", "schema A: unknown type or format"},
    {"{\"A\":{}}", "schema A: unknown type or format"},
    {"{\"A\":{\"type\":\"text\"}}", "schema A: unknown type or format"},
    {"{\"A\":{\"type\":[\"string\"]}}", "schema A: unknown type or format"},
    {"{\"A\":{\"type\":\"integer\"}}", "schema A: unknown type or format"},
    {"{\"A\":{\"type\":\"integer\",\"format\":\"int7\"}}", "schema A: unknown type or format"},
    {"{\"A\":{\"type\":\"number\"}}", "schema A: unknown type or format"},
    {"{\"A\":{\"type\":\"string\",\"maxLenght\":3}}", "schema A: unknown keyword 'maxLenght'"},
    {"{\"A\":{\"type\":\"string\",\"format\":\"date\"}}", "schema A: unknown keyword 'format'"},
    {"{\"A\":{\"type\":\"string\",\"contentEncoding\":\"base32\"}}", "schema A: unknown keyword 'contentEncoding'"},
    {"{\"A\":{\"type\":\"object\",\"additionalProperties\":false}}", "schema A: unknown keyword 'additionalProperties'"},
    {"{\"A\":{\"type\":\"string\",\"minLength\":\"1\"}}", "schema A: minLength is not an integer"},
    {"{\"A\":{\"type\":\"string\",\"maxLength\":1.5}}", "schema A: maxLength is not an integer"},
    {"{\"A\":{\"type\":\"string\",\"maxLength\":null}}", "schema A: maxLength is not an integer"},
    {"{\"A\":{\"type\":\"string\",\"enum\":[]}}", "schema A: enum has no values"},
    {"{\"A\":{\"type\":\"string\",\"enum\":\"A\"}}", "schema A: enum has no values"},
    {"{\"A\":{\"type\":\"string\",\"enum\":[\"a\",7]}}", "schema A: enum has a value that is not a string"},
    {"{\"A\":{\"type\":\"string\",\"pattern\":7}}", "schema A: pattern is not a string"},
    {"{\"A\":{\"type\":\"string\",\"pattern\":\"a\"}}", "schema A: pattern 'a' is not of the form"},
    {"{\"A\":{\"type\":\"string\",\"pattern\":\"^(?:\"}}", "schema A: pattern '^(?:' is not of the form"},
    {"{\"A\":{\"type\":\"string\",\"pattern\":\"^(?:[)$\"}}", "schema A: pattern '[': missing terminating ]"},
    {"{\"A\":{\"type\":\"object\",\"properties\":[]}}", "schema A: properties is not an object"},
    {"{\"A\":{\"type\":\"object\",\"required\":\"a\"}}", "schema A: required is not a list"},
    {"{\"A\":{\"type\":\"object\",\"required\":[\"a\"]}}", "schema A: required names an unknown property"},
    {"{\"A\":{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"}}}}", "schema A: a: every part must be a $ref"},
    {"{\"A\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/A\",\"minItems\":1}}}", "schema A: every part must be a $ref"},
    {"{\"A\":{\"type\":\"array\",\"items\":{\"$ref\":\"other\"}}}", "schema A: every part must be a $ref"},
    {"{\"A\":{\"type\":\"array\"}}", "schema A: every part must be a $ref"},
    {"{\"A\":{\"type\":\"array\",\"items\":" REF("B") "}}", "schema A: '#/components/schemas/B' does not exist"},
    {"{\"A\":{\"type\":\"object\",\"propertyNames\":" REF("S") "},\"S\":{\"type\":\"string\"}}", "schema A: every part must be a $ref"},
    {"{\"A\":{\"type\":\"object\",\"propertyNames\":" REF("B") ",\"additionalProperties\":" REF("B") "},\"B\":{\"type\":\"boolean\"}}", "schema A: its keys are not strings"},
    {"{\"A\":{\"type\":\"array\",\"items\":" REF("A") "}}", "schema A contains itself"},
    {"{\"A\":{\"type\":\"object\",\"properties\":{\"a\":" REF("B") "}},\"B\":{\"type\":\"array\",\"items\":" REF("A") "}}", "schema A contains itself"},
};
// clang-format on

ParameterizedTestParameters(schema, refuses_what_it_cannot_interpret) {
    return cr_make_param_array(struct bad, bads, sizeof bads / sizeof bads[0]);
}

ParameterizedTest(struct bad *bad, schema, refuses_what_it_cannot_interpret) {
    AUTO(json_decref) json_t *schemas = parse(bad->schemas);
    struct schema_set *set = NULL;
    struct error err;

    cr_assert(not(schema_compile(schemas, &set, &err)), "%s", bad->schemas);
    cr_assert(set == NULL);
    cr_assert(eq(int, err.kind, ERROR_INVALID));
    cr_assert(text_starts_with(err.message, bad->reason), "%s: %s", bad->schemas, err.message);
}

// --- every keyword of JSON Schema that is not interpreted for a type ---

static const char *const keywords[] = {
    "$anchor",
    "$comment",
    "$defs",
    "$dynamicRef",
    "$id",
    "$ref",
    "$schema",
    "additionalProperties",
    "allOf",
    "anyOf",
    "const",
    "contains",
    "contentEncoding",
    "contentMediaType",
    "contentSchema",
    "default",
    "dependentRequired",
    "dependentSchemas",
    "deprecated",
    "discriminator",
    "else",
    "enum",
    "example",
    "examples",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "externalDocs",
    "format",
    "if",
    "items",
    "maxContains",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minContains",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "not",
    "nullable",
    "oneOf",
    "pattern",
    "patternProperties",
    "prefixItems",
    "properties",
    "propertyNames",
    "readOnly",
    "required",
    "then",
    "title",
    "unevaluatedItems",
    "unevaluatedProperties",
    "uniqueItems",
    "writeOnly",
    "x-max-bytes",
    "x-min-bytes",
    "xml",
};

struct form {
    const char *text;
    const char *allowed; // " keyword keyword "
};

static const struct form forms[] = {
    {"{\"type\":\"object\"}", " properties required propertyNames "},
    {"{\"type\":\"object\",\"propertyNames\":" REF("S") ",\"additionalProperties\":" REF("S") "}",
     " propertyNames additionalProperties minProperties maxProperties "},
    {"{\"type\":\"array\",\"items\":" REF("S") "}", " items minItems maxItems "},
    {"{\"type\":\"string\"}", " minLength maxLength pattern enum contentEncoding "},
    {"{\"type\":\"string\",\"contentEncoding\":\"base64\"}",
     " contentEncoding x-min-bytes x-max-bytes "},
    {"{\"type\":\"integer\",\"format\":\"int32\"}", " format minimum maximum "},
    {"{\"type\":\"integer\",\"format\":\"int64\"}", " format minimum maximum "},
    {"{\"type\":\"number\",\"format\":\"epoch-seconds\"}", " format "},
    {"{\"type\":\"boolean\"}", " "},
};

static bool is_refused(const char *form, const char *keyword) {
    AUTO(json_decref) json_t *schemas = json_new_object();
    AUTO(schema_set_free) struct schema_set *set = NULL;
    json_t *json = parse(form);
    struct error err;

    json_put(json, keyword, json_integer(1));
    json_put(schemas, "A", json);
    json_put(schemas, "S", parse("{\"type\":\"string\"}"));
    return !schema_compile(schemas, &set, &err) && strstr(err.message, "unknown keyword") != NULL;
}

Test(schema, refuses_each_keyword_where_it_is_not_interpreted) {
    for (size_t form = 0; form < COUNT_OF(forms); form++) {
        for (size_t index = 0; index < COUNT_OF(keywords); index++) {
            AUTO(memory_free) char *word = memory_format(" %s ", keywords[index]);
            if (strstr(forms[form].allowed, word) != NULL) continue;
            cr_expect(is_refused(forms[form].text, keywords[index]), "%s with %s", forms[form].text,
                      keywords[index]);
        }
    }
}

// --- nesting ---

// "S0" is a string, each "S<n>" a list of the one before; in this order or reversed.
static bool compiles_nested(int levels, bool is_deep_first, struct error *err) {
    AUTO(json_decref) json_t *schemas = json_new_object();
    AUTO(schema_set_free) struct schema_set *set = NULL;

    for (int index = 0; index < levels; index++) {
        int level = is_deep_first ? levels - 1 - index : index;
        AUTO(memory_free) char *name = memory_format("S%03d", level);
        AUTO(memory_free)
        char *text = memory_format(
            level == 0 ? "{\"type\":\"string\"}"
                       : "{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/S%03d\"}}",
            level - 1);
        json_put(schemas, name, parse(text));
    }
    return schema_compile(schemas, &set, err);
}

Test(schema, may_nest_as_deep_as_recursion_is_meant_to_go) {
    struct error err;

    cr_assert(compiles_nested(64, false, &err), "%s", err.message);
    cr_assert(compiles_nested(64, true, &err), "%s", err.message);
}

Test(schema, is_refused_when_it_nests_deeper) {
    struct error err;

    cr_assert(not(compiles_nested(65, false, &err)));
    cr_assert(strstr(err.message, "has too many levels") != NULL, "%s", err.message);
    cr_assert(not(compiles_nested(300, true, &err)));
    cr_assert(strstr(err.message, "has too many levels") != NULL, "%s", err.message);
}

Test(schema, keeps_the_order_of_members_and_finds_them_by_name) {
    AUTO(json_decref)
    json_t *json = parse("{\"A\":{\"type\":\"object\",\"properties\":{\"z\":" REF(
        "S") ",\"a\":" REF("S") ",\"m\":" REF("S") "},\"required\":[\"m\"]},"
                                                   "\"S\":{\"type\":\"string\"}}");
    AUTO(schema_set_free) struct schema_set *set = NULL;
    struct error err;

    cr_assert(schema_compile(json, &set, &err), "%s", err.message);
    const struct schema *schema = schema_find(set, "A");
    cr_assert(eq(str, schema->properties[0].name, "z"));
    cr_assert(eq(str, schema->properties[2].name, "m"));
    cr_assert(schema->properties[2].is_required && !schema->properties[0].is_required);
    cr_assert(schema_property(schema, "a") == &schema->properties[1]);
    cr_assert(schema_property(schema, "b") == NULL);
    cr_assert(schema_find(set, "B") == NULL);
}
