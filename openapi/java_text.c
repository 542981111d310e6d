#include "openapi/java_text.h"

#include "base/json.h"
#include "base/memory.h"

#include <inttypes.h>

// A structure is printed as by Object.toString(). A sibling of the service, Kinesis_20131202,
// prints "com.amazonaws.kinesis.v20131202.PutRecordsRequestEntry@c965e310".
static const char PACKAGE[] = "com.amazonaws.kinesisanalytics.v20180523";

// The real hash code is computed from the members in an unknown way. A client can only see that
// equal structures have equal codes.
static uint32_t hash_code(const json_t *structure) {
    AUTO(memory_free) char *text = json_print(structure);
    uint32_t hash = 1;

    for (const char *at = text; *at != '\0'; at++)
        hash = hash * 31 + (unsigned char)*at;
    return hash;
}

static bool append_list(struct buffer *out, const struct schema *schema, json_t *list) {
    size_t index;
    json_t *element;

    if (!buffer_append_text(out, "[")) return false;
    json_array_foreach(list, index, element) {
        if (index > 0 && !buffer_append_text(out, ", ")) return false;
        if (!java_text_append(out, schema->values, element)) return false;
    }
    return buffer_append_text(out, "]");
}

static bool append_map(struct buffer *out, const struct schema *schema, json_t *map) {
    const char *separator = "{";
    const char *key;
    json_t *entry;

    if (json_object_size(map) == 0) return buffer_append_text(out, "{}");
    json_object_foreach(map, key, entry) {
        if (!buffer_append_text(out, separator) || !buffer_append_text(out, key) ||
            !buffer_append_text(out, "=") || !java_text_append(out, schema->values, entry))
            return false;
        separator = ", ";
    }
    return buffer_append_text(out, "}");
}

static bool append_blob(struct buffer *out, json_int_t size_bytes) {
    return buffer_append_format(out,
                                "java.nio.HeapByteBuffer[pos=0 lim=%" JSON_INTEGER_FORMAT
                                " cap=%" JSON_INTEGER_FORMAT "]",
                                size_bytes, size_bytes);
}

bool java_text_append(struct buffer *out, const struct schema *schema, json_t *value) {
    switch (schema->type) {
    case SCHEMA_OBJECT:
        return buffer_append_format(out, "%s.%s@%" PRIx32, PACKAGE, schema->name, hash_code(value));
    case SCHEMA_LIST:
        return append_list(out, schema, value);
    case SCHEMA_MAP:
        return append_map(out, schema, value);
    case SCHEMA_BLOB:
        return append_blob(out, json_integer_value(value));
    case SCHEMA_STRING:
        return buffer_append_text(out, json_string_value(value));
    case SCHEMA_INTEGER:
    case SCHEMA_LONG:
        return buffer_append_format(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    case SCHEMA_BOOLEAN:
        return buffer_append_text(out, json_is_true(value) ? "true" : "false");
    case SCHEMA_NUMBER:
    case SCHEMA_TYPE_COUNT:
        break;
    }
    return buffer_append_format(out, "%.17g", json_number_value(value));
}
