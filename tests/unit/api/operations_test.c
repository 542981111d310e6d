// The table of operations.
#include "api/operations.h"

#include "base/text.h"
#include "model/runtime_environment.h"
#include "openapi/document.h"
#include "openapi/schema_node.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static struct error err;

Test(operations, are_those_of_the_document) {
    AUTO(document_free) struct document *document = NULL;

    cr_assert(document_open(&document, &err), "%s", err.message);
    cr_assert(eq(sz, operations_count(), document_operation_count(document)));
    for (size_t index = 0; index < operations_count(); index++)
        cr_assert(document_find(document, operations_at(index)->name) != NULL, "%s",
                  operations_at(index)->name);
}

Test(operations, take_the_runtimes_of_the_model) {
    AUTO(document_free) struct document *document = NULL;

    cr_assert(document_open(&document, &err), "%s", err.message);
    const struct schema *request = document_find(document, "CreateApplication")->request;
    const struct schema *runtimes = schema_property(request, "RuntimeEnvironment")->schema;
    cr_assert(eq(sz, runtimes->enum_count, RUNTIME_COUNT));
    for (size_t index = 0; index < runtimes->enum_count; index++) {
        enum runtime_environment runtime;
        cr_assert(runtime_environment_from_name(runtimes->enum_values[index], &runtime), "%s",
                  runtimes->enum_values[index]);
        cr_assert(eq(sz, (size_t)runtime, index), "%s", runtimes->enum_values[index]);
    }
}
