// Any JSON as a document and as schemas; a schema that compiles validates the same JSON.
#include "base/json.h"
#include "fuzz/fuzz.h"
#include "openapi/document.h"
#include "openapi/validate.h"

static void compile_document(const char *text, size_t size) {
    AUTO(document_free) struct document *document = NULL;
    struct error err;

    if (!document_open_text(text, size, &document, &err)) FUZZ_EXPECT(err.kind == ERROR_INVALID);
}

static void validate(const struct schema *schema, json_t *value) {
    AUTO(buffer_release) struct buffer text = BUFFER_INIT(VALIDATE_TEXT_MAX_BYTES);
    AUTO(blob_release) struct blob blob = BLOB_INIT(1 << 20);
    AUTO(json_decref) json_t *normal = NULL;

    if (validate_request(schema, value, &blob, &normal, &text) != VALIDATE_OK)
        FUZZ_EXPECT(text.size_bytes > 0);
    buffer_clear(&text);
    FUZZ_EXPECT(validate_response(schema, value, &text) || text.size_bytes > 0);
}

static void compile_schemas(const char *text, size_t size) {
    AUTO(schema_set_free) struct schema_set *set = NULL;
    AUTO(json_decref) json_t *schemas = NULL;
    const char *name;
    json_t *json;
    struct error err;

    if (!json_parse(text, size, &schemas, &err)) return;
    if (!schema_compile(schemas, &set, &err)) {
        FUZZ_EXPECT(err.kind == ERROR_INVALID);
        return;
    }
    json_object_foreach(schemas, name, json) {
        FUZZ_EXPECT(schema_find(set, name) != NULL);
        validate(schema_find(set, name), schemas);
        validate(schema_find(set, name), json);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    compile_document((const char *)data, size);
    compile_schemas((const char *)data, size);
    return 0;
}
