// How much of a cluster counts against the memory budget.
#include "model/cluster_size.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static const struct cluster_size SIZE = {
    .taskmanagers = 2,
    .jobmanager = {.heap_mb = 100, .metaspace_mb = 60, .overhead_mb = 40},
    .taskmanager = {.slots = 1, .task_heap_mb = 300, .metaspace_mb = 60, .overhead_mb = 40},
};

Test(cluster_size, counts_as_promised_until_it_is_measured_and_then_by_what_it_uses) {
    static const struct {
        int64_t used_mb;
        int64_t counted_mb;
        const char *what;
    } cases[] = {
        {-1, 1000, "not measured"},
        {0, 500, "half of what it may still want"},
        {400, 700, "what it uses and half of the rest"},
        {1000, 1000, "as much as promised"},
        {1200, 1200, "more than promised"},
    };

    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        int64_t used = cases[index].used_mb < 0 ? -1 : cases[index].used_mb << 20;
        cr_assert(eq(long, cluster_size_counted_bytes(&SIZE, used) >> 20, cases[index].counted_mb),
                  "%s", cases[index].what);
    }
}

Test(cluster_size, never_counts_less_than_half_of_what_it_was_promised_nor_than_what_it_uses) {
    int64_t promised = cluster_size_bytes(&SIZE);

    for (int64_t used = 0; used < 2 * promised; used += promised / 97) {
        int64_t counted = cluster_size_counted_bytes(&SIZE, used);
        cr_assert(ge(long, counted, promised / 2));
        cr_assert(ge(long, counted, used));
    }
}
