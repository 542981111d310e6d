// The table of operations.
#include "api/operations.h"

#include "openapi/document.h"

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
