#include "runtime/host/available_memory.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(available_memory, of_a_machine_counts_the_page_cache) {
    static const char MEMINFO[] = "MemTotal:       24683728 kB\nMemFree:         1000000 kB\n"
                                  "MemAvailable:   20000000 kB\nBuffers:           10000 kB\n";

    cr_assert(eq(i64, available_memory_of_machine(MEMINFO), 20000000LL * 1024));
    cr_assert(eq(i64, available_memory_of_machine("MemTotal: 5 kB\n"), -1));
    cr_assert(eq(i64, available_memory_of_machine(""), -1));
}

// clang-format off
static const struct {
    struct memory_group group;
    int64_t bytes;
} groups[] = {
    // Version 2.
    {{"2147483648\n", "max\n", "147483648\n", "anon 1\ninactive_file 0\nactive_file 0\n"}, 2000000000},
    {{"2147483648\n", "1000000\n", "400000\n", ""}, 600000},
    {{"max\n", "max\n", "5\n", ""}, INT64_MAX},
    {{"max\n", "3000\n", "1000\n", "inactive_file 200\nactive_file 300\n"}, 2500},
    // More file pages than counted pages, and more usage than the limit.
    {{"3000\n", "", "1000\n", "inactive_file 900\nactive_file 900\n"}, 3000},
    {{"3000\n", "", "4000\n", "inactive_file 0\n"}, 0},
    // Version 1: the limit is for the totals, which include the groups below.
    {{"9223372036854771712\n", "", "5\n", ""}, INT64_MAX},
    {{"10000\n", "", "6000\n", "inactive_file 1\nactive_file 1\ntotal_inactive_file 1000\ntotal_active_file 500\n"}, 5500},
    // No files.
    {{"", "", "", ""}, INT64_MAX},
};
// clang-format on

Test(available_memory, of_a_group_is_what_its_limit_leaves) {
    for (size_t index = 0; index < sizeof groups / sizeof groups[0]; index++)
        cr_assert(eq(i64, available_memory_of_group(&groups[index].group), groups[index].bytes),
                  "%zu", index);
}

Test(available_memory, of_this_process_is_known) {
    cr_assert(gt(i64, available_memory_bytes(), 0));
}
