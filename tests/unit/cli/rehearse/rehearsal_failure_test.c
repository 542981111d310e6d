// What a rehearsal prints of a failure.
#include "cli/rehearse/rehearsal_failure.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(rehearsal_failure, has_the_place_of_logs_that_stay) {
    static const struct {
        const char *failure;
        bool is_kept;
        const char *expected;
    } rows[] = {
        {"no table (logs: /d/log)", true, "no table (logs: /d/log)"},
        {"no table (logs: /d/log)", false, "no table (--keep keeps its logs)"},
        {"no table (logs: /d/log) kobel: b", false, "no table (--keep keeps its logs) kobel: b"},
        {"no table (logs: /d/l", false, "no table (logs: /d/l"},
        {"no table", false, "no table"},
    };

    for (size_t index = 0; index < sizeof rows / sizeof rows[0]; index++) {
        char out[80];
        rehearsal_failure_text(rows[index].failure, rows[index].is_kept, out, sizeof out);
        cr_assert(eq(str, out, (char *)rows[index].expected));
    }
}
