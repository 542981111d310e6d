#include "openapi/document.h"

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "openapi/schema_node.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

extern const char kinesisanalyticsv2_json[]; // openapi/kinesisanalyticsv2.json
extern const uint64_t kinesisanalyticsv2_json_size;

static const char REF_PREFIX[] = "#/components/schemas/";

struct compiled_operation {
    struct document_operation shown;
    char *name;
    char **errors;
};

struct document {
    struct schema_set *schemas;
    struct compiled_operation *operations; // by name
    size_t count;
};

// The schema of the JSON body of a request or a reply.
static bool find_body(const struct document *document, const json_t *place,
                      const struct schema **out_schema, struct error *err) {
    const char *ref =
        json_text(json_path(place, "content", "application/json", "schema", NULL), "$ref");

    if (ref == NULL || !text_starts_with(ref, REF_PREFIX))
        return error_set(err, ERROR_INVALID, "the body has no schema");
    const struct schema *schema = schema_find(document->schemas, ref + strlen(REF_PREFIX));
    if (schema == NULL) return error_set(err, ERROR_INVALID, "'%s' does not exist", ref);
    if (schema->type != SCHEMA_OBJECT)
        return error_set(err, ERROR_INVALID, "schema %s is not an object", schema->name);
    *out_schema = schema;
    return true;
}

static char **copy_errors(const json_t *errors) {
    char **copies = memory_alloc((json_array_size(errors) + 1) * sizeof *copies);
    size_t index;
    json_t *name;

    json_array_foreach(errors, index, name) {
        copies[index] = memory_copy_text(json_is_string(name) ? json_string_value(name) : "");
    }
    return copies;
}

static bool compile_operation(struct document *document, const json_t *path, struct error *err) {
    struct compiled_operation *operation = &document->operations[document->count];
    const json_t *post = json_member(path, "post");
    const char *name = json_text(post, "operationId");

    if (name == NULL) return error_set(err, ERROR_INVALID, "a path without post.operationId");
    document->count++;
    operation->name = memory_copy_text(name);
    operation->errors = copy_errors(json_member(post, "x-errors"));
    operation->shown.name = operation->name;
    operation->shown.errors = (const char *const *)operation->errors;
    return find_body(document, json_member(post, "requestBody"), &operation->shown.request, err) &&
           find_body(document, json_path(post, "responses", "200", NULL),
                     &operation->shown.response, err);
}

static int compare_names(const void *left, const void *right) {
    const struct compiled_operation *a = left;
    const struct compiled_operation *b = right;

    return strcmp(a->name, b->name);
}

static int compare_with_name(const void *name, const void *operation) {
    return strcmp(name, ((const struct compiled_operation *)operation)->name);
}

static bool compile(struct document *document, const json_t *root, struct error *err) {
    json_t *paths = json_object_get(root, "paths");
    const char *path;
    json_t *item;

    if (!schema_compile(json_object_get(json_object_get(root, "components"), "schemas"),
                        &document->schemas, err))
        return false;
    document->operations = memory_alloc(json_object_size(paths) * sizeof *document->operations);
    json_object_foreach(paths, path, item) {
        if (!compile_operation(document, item, err)) return error_prefix(err, "%s", path);
    }
    qsort(document->operations, document->count, sizeof *document->operations, compare_names);
    for (size_t index = 1; index < document->count; index++)
        if (compare_names(&document->operations[index - 1], &document->operations[index]) == 0)
            return error_set(err, ERROR_INVALID, "two operations %s",
                             document->operations[index].name);
    return true;
}

bool document_open_text(const char *text, size_t size_bytes, struct document **out_document,
                        struct error *err) {
    AUTO(document_free) struct document *document = memory_alloc(sizeof *document);
    AUTO(json_decref) json_t *root = NULL;

    if (!json_parse(text, size_bytes, &root, err) || !compile(document, root, err))
        return error_prefix(err, "API document");
    *out_document = TAKE(document);
    return true;
}

bool document_open(struct document **out_document, struct error *err) {
    size_t size_bytes;
    const char *text = document_text(&size_bytes);

    return document_open_text(text, size_bytes, out_document, err);
}

void document_free(struct document *document) {
    if (document == NULL) return;
    for (size_t index = 0; index < document->count; index++) {
        for (char **error = document->operations[index].errors; error != NULL && *error != NULL;
             error++)
            memory_free(*error);
        memory_free(document->operations[index].errors);
        memory_free(document->operations[index].name);
    }
    memory_free(document->operations);
    schema_set_free(document->schemas);
    memory_free(document);
}

const struct document_operation *document_find(const struct document *document, const char *name) {
    const struct compiled_operation *operation =
        bsearch(name, document->operations, document->count, sizeof *document->operations,
                compare_with_name);

    return operation == NULL ? NULL : &operation->shown;
}

size_t document_operation_count(const struct document *document) {
    return document->count;
}

const struct document_operation *document_operation_at(const struct document *document,
                                                       size_t index) {
    return &document->operations[index].shown;
}

const char *document_text(size_t *out_size_bytes) {
    *out_size_bytes = kinesisanalyticsv2_json_size;
    return kinesisanalyticsv2_json;
}
