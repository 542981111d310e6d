// Why pip failed.
#include "runtime/local/python_packages_run.h"

#include "base/cleanup.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(python_packages_run, the_reason_is_what_pip_calls_an_error) {
    static const struct {
        const char *output;
        const char *reason;
    } rows[] = {
        {"", ""},
        {"Collecting x\nERROR: Could not find a version of x\nERROR: No matching distribution\n",
         "ERROR: Could not find a version of x ERROR: No matching distribution"},
        {"Collecting x\nKilled\n\n", "Killed"},
        // A fault of pip's own.
        {"ERROR: Exception:\nTraceback (most recent call last):\n  File \"a.py\"\nOSError: no\n",
         "ERROR: Exception: OSError: no"},
    };
    char reason[200];

    for (size_t index = 0; index < COUNT_OF(rows); index++) {
        python_packages_run_reason(rows[index].output, reason, sizeof reason);
        cr_assert(eq(str, reason, (char *)rows[index].reason), "row %zu", index);
    }
}
