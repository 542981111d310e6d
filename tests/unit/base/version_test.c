// Versions as texts.
#include "base/version.h"

#include "base/cleanup.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(version, versions_are_compared_number_by_number) {
    static const struct {
        const char *left;
        const char *right;
        int order;
    } rows[] = {
        {"1.9.2", "1.15.2", -1}, {"1.15.2", "1.15.2", 0},  {"4.3.0-1.19", "1.15.2", 1},
        {"1.15", "1.15.0", 0},   {"1.15.10", "1.15.2", 1}, {"", "1.0", -1},
    };

    for (size_t index = 0; index < COUNT_OF(rows); index++)
        cr_assert(eq(int, version_compare(rows[index].left, rows[index].right), rows[index].order),
                  "row %zu", index);
}

Test(version, a_version_has_two_numbers) {
    cr_assert(eq(int, version_of("1.20.3").major, 1));
    cr_assert(eq(int, version_of("1.20.3").minor, 20));
    cr_assert(eq(int, version_of("2").minor, -1));
    cr_assert(eq(int, version_of("").major, -1));
}
