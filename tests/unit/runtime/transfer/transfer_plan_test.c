// Which files are copied, in which order, and which names are refused.
#include "runtime/transfer/transfer_plan.h"

#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static struct error err;

static void add(struct transfer_plan *plan, const char *name, int64_t size_bytes) {
    cr_assert(transfer_plan_add(plan, name, size_bytes, &err), "%s", err.message);
}

Test(transfer_plan, copies_metadata_last) {
    AUTO(transfer_plan_release) struct transfer_plan plan = {0};

    add(&plan, "z", 1);
    add(&plan, "_metadata", 2);
    add(&plan, "a b/\u00e4", 4);
    cr_assert(transfer_plan_close(&plan, &err), "%s", err.message);
    cr_assert(eq(str, plan.files[0]->name, "a b/\u00e4"));
    cr_assert(eq(str, plan.files[1]->name, "z"));
    cr_assert(eq(str, plan.files[2]->name, "_metadata"));
    cr_assert(eq(i64, plan.size_bytes, 7));
}

Test(transfer_plan, needs_metadata_at_the_top) {
    AUTO(transfer_plan_release) struct transfer_plan plan = {0};
    AUTO(transfer_plan_release) struct transfer_plan empty = {0};

    add(&plan, "a/_metadata", 1);
    cr_assert(not(transfer_plan_close(&plan, &err)));
    cr_assert(eq(int, err.kind, ERROR_NOT_FOUND));
    cr_assert(not(transfer_plan_close(&empty, &err)));
    cr_assert(eq(int, err.kind, ERROR_NOT_FOUND));
}

Test(transfer_plan, refuses_names_that_cannot_be_files_of_a_directory) {
    char long_part[300];
    char long_name[700];
    const char *const names[] = {"",
                                 "/a",
                                 "a/",
                                 "a//b",
                                 ".",
                                 "..",
                                 "../a",
                                 "a/../b",
                                 "a/./b",
                                 "a/..",
                                 "a\n",
                                 "a\x7f",
                                 "a\x01/b",
                                 "\xff",
                                 long_part,
                                 long_name,
                                 ".kobel-unfinished-0"};
    AUTO(transfer_plan_release) struct transfer_plan plan = {0};

    memset(long_part, 'x', sizeof long_part);
    long_part[sizeof long_part - 1] = '\0';
    for (size_t at = 0; at < sizeof long_name; at++)
        long_name[at] = at % 2 == 0 ? 'x' : '/';
    long_name[sizeof long_name - 1] = '\0';
    for (size_t index = 0; index < COUNT_OF(names); index++) {
        cr_assert(not(transfer_plan_add(&plan, names[index], 1, &err)), "%s", names[index]);
        cr_assert(eq(int, err.kind, ERROR_INVALID));
    }
    cr_assert(eq(sz, plan.count, 0));
}

Test(transfer_plan, allows_other_names) {
    static const char *const names[] = {"...", ".a", "a..b", "a b", "\u4e16", "a\\b", "a?b#c%20"};
    AUTO(transfer_plan_release) struct transfer_plan plan = {0};

    for (size_t index = 0; index < COUNT_OF(names); index++)
        add(&plan, names[index], 1);
}

Test(transfer_plan, refuses_a_file_that_is_also_a_directory) {
    static const char *const names[][3] = {{"a", "a/b", "a-c"}, {"_metadata/x", "b", "c"}};

    for (size_t row = 0; row < COUNT_OF(names); row++) {
        AUTO(transfer_plan_release) struct transfer_plan plan = {0};
        for (size_t index = 0; index < 3; index++)
            add(&plan, names[row][index], 1);
        add(&plan, "_metadata", 1);
        cr_assert(not(transfer_plan_close(&plan, &err)));
        cr_assert(eq(int, err.kind, ERROR_INVALID));
    }
}

Test(transfer_plan, refuses_what_is_there_twice_or_too_large) {
    AUTO(transfer_plan_release) struct transfer_plan plan = {0};

    add(&plan, "a", 1);
    cr_assert(not(transfer_plan_add(&plan, "a", 1, &err)));
    cr_assert(not(transfer_plan_add(&plan, "b", -1, &err)));
    cr_assert(not(transfer_plan_add(&plan, "b", INT64_MAX, &err)));
}

Test(transfer_plan, limits_the_number_of_files) {
    AUTO(transfer_plan_release) struct transfer_plan plan = {0};
    char name[32];

    for (int index = 0; index < TRANSFER_PLAN_FILES_MAX; index++) {
        (void)text_format(name, sizeof name, "%d", index);
        add(&plan, name, 1);
    }
    cr_assert(not(transfer_plan_add(&plan, "one more", 1, &err)));
    cr_assert(eq(int, err.kind, ERROR_LIMIT));
}

Test(transfer_plan, knows_what_the_destination_has) {
    AUTO(transfer_plan_release) struct transfer_plan plan = {0};

    add(&plan, "a", 1);
    add(&plan, "b", 2);
    add(&plan, "_metadata", 3);
    cr_assert(transfer_plan_close(&plan, &err), "%s", err.message);
    transfer_plan_mark(&plan, "a", 1);
    transfer_plan_mark(&plan, "b", 1);
    transfer_plan_mark(&plan, "unknown", 1);
    cr_assert(plan.files[0]->is_done);
    cr_assert(not(plan.files[1]->is_done));
    cr_assert(not(plan.files[2]->is_done));
}

Test(transfer_plan, leaves_out_the_directories_of_consoles) {
    cr_assert(transfer_plan_is_marker(""));
    cr_assert(transfer_plan_is_marker("a/"));
    cr_assert(not(transfer_plan_is_marker("a/b")));
}
