// Records as the service describes them.
#include "api/encode.h"

#include "base/json.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(encode, leaves_out_what_is_not_there_yet) {
    struct operation running = {.name = "StartApplication",
                                .status = OPERATION_IN_PROGRESS,
                                .started_at_ms = 1764000000999};
    AUTO(json_decref) json_t *object = encode_operation(&running);

    cr_assert(json_member(object, "EndTime") == NULL);
    cr_assert(json_member(object, "OperationFailureDetails") == NULL);
    cr_assert(eq(int, (int)json_int_or(object, "StartTime", 0), 1764000000));
}
