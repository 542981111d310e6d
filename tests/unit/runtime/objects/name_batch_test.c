#include "runtime/objects/name_batch.h"

#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(name_batch, keeps_the_smallest_names_sorted) {
    struct name_batch batch = {0};
    char name[16];

    // 0, 7, 14 ...: each number below 2 * NAME_BATCH_MAX once, in another order.
    for (int index = 0; index < 2 * NAME_BATCH_MAX; index++) {
        (void)text_format(name, sizeof name, "%05d", index * 7 % (2 * NAME_BATCH_MAX));
        name_batch_add(&batch, name);
    }
    cr_assert(eq(int, batch.count, NAME_BATCH_MAX));
    cr_expect(batch.has_more);
    for (int index = 0; index < batch.count; index++) {
        (void)text_format(name, sizeof name, "%05d", index);
        cr_expect(eq(str, batch.names[index], name));
    }
    name_batch_release(&batch);
    cr_expect(eq(int, batch.count, 0));
}
