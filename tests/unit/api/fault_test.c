// The exceptions of the service.
#include "api/fault.h"

#include "base/memory.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(fault, names_an_exception_of_the_service_for_every_kind) {
    for (int kind = 0; kind < ERROR_KIND_COUNT; kind++)
        cr_assert(fault_name((enum error_kind)kind) != NULL);
    AUTO(memory_free) char *body = fault_body("LimitExceededException", "too \"many\"");
    cr_assert(eq(str, body,
                 "{\"__type\":\"LimitExceededException\",\"Message\":\"too "
                 "\\\"many\\\"\",\"message\":\"too \\\"many\\\"\"}"));
    cr_assert(eq(int, fault_status("InternalFailure"), 500));
    cr_assert(eq(int, fault_status("ResourceNotFoundException"), 400));
}
