// A request body against the API document: the first byte selects the operation.
#include "base/json.h"
#include "fuzz/fuzz.h"
#include "openapi/document.h"
#include "openapi/validate.h"

#include <string.h>

static const struct document *open_once(void) {
    static struct document *document;
    struct error err;

    if (document == NULL) FUZZ_EXPECT(document_open(&document, &err));
    return document;
}

// A normalised request is valid and stays the same, except for a blob, of which only the size is
// kept.
static void expect_stable(const struct schema *schema, json_t *normal, struct blob *blob) {
    AUTO(buffer_release) struct buffer text = BUFFER_INIT(VALIDATE_TEXT_MAX_BYTES);
    AUTO(json_decref) json_t *again = NULL;

    if (blob->mark[0] != '\0') return;
    FUZZ_EXPECT(validate_request(schema, normal, blob, &again, &text) == VALIDATE_OK);
    FUZZ_EXPECT(json_equal(normal, again));
}

// The message is sent as JSON: valid UTF-8, not empty, and within the limit.
static void expect_message(const struct buffer *text) {
    AUTO(json_decref) json_t *message = json_string(buffer_text(text));

    FUZZ_EXPECT(message != NULL && text->size_bytes > 0);
    FUZZ_EXPECT(text->size_bytes <= text->limit_bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const struct document *document = open_once();
    AUTO(buffer_release) struct buffer text = BUFFER_INIT(VALIDATE_TEXT_MAX_BYTES);
    AUTO(blob_release) struct blob blob = BLOB_INIT(1 << 20);
    AUTO(json_decref) json_t *body = NULL;
    AUTO(json_decref) json_t *normal = NULL;
    struct error err;

    if (size == 0) return 0;
    const struct document_operation *operation =
        document_operation_at(document, data[0] % document_operation_count(document));
    if (!json_parse((const char *)data + 1, size - 1, &body, &err)) return 0;
    enum validate_outcome outcome =
        validate_request(operation->request, body, &blob, &normal, &text);
    FUZZ_EXPECT((outcome == VALIDATE_OK) == (normal != NULL));
    if (outcome == VALIDATE_OK)
        expect_stable(operation->request, normal, &blob);
    else
        expect_message(&text);
    buffer_clear(&text);
    if (!validate_response(operation->response, body, &text)) expect_message(&text);
    return 0;
}
