// The sizes of parts.
#include "runtime/s3/s3_put.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#define MIB ((int64_t)1 << 20)

Test(s3_put, has_parts_of_the_wanted_size_unless_there_would_be_too_many) {
    static const struct {
        int64_t size_bytes;
        int64_t part_bytes;
    } rows[] = {
        {65 * MIB, 16 * MIB},
        {16 * MIB * S3_PARTS_MAX, 16 * MIB},
        {16 * MIB * S3_PARTS_MAX + 1, 17 * MIB},
        {5 * MIB * MIB, 525 * MIB}, // the largest object
    };

    for (size_t index = 0; index < COUNT_OF(rows); index++)
        cr_assert(
            eq(i64, s3_put_part_bytes(rows[index].size_bytes, 16 * MIB), rows[index].part_bytes));
}
