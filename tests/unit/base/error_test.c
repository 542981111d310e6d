#include "base/error.h"

#include <criterion/criterion.h>
#include <errno.h>

Test(error, takes_the_kind_and_the_text) {
    struct error err;

    cr_assert_not(error_set(&err, ERROR_LIMIT, "more than %d", 7));
    cr_assert_eq(err.kind, ERROR_LIMIT);
    cr_assert_str_eq(err.message, "more than 7");
}

Test(error, may_be_made_of_its_own_message) {
    struct error err;

    (void)error_set(&err, ERROR_INVALID, "inside");
    (void)error_set(&err, ERROR_SYSTEM, "outside of %s", err.message);
    cr_assert_str_eq(err.message, "outside of inside");
}

Test(error, gets_its_context_in_front) {
    struct error err;

    (void)error_set(&err, ERROR_NOT_FOUND, "no such key");
    cr_assert_not(error_prefix(&err, "file '%s'", "x"));
    cr_assert_eq(err.kind, ERROR_NOT_FOUND);
    cr_assert_str_eq(err.message, "file 'x': no such key");
}

Test(error, names_the_reason_of_the_system) {
    struct error err;

    cr_assert_not(error_system(&err, ENOENT, "open '%s'", "x"));
    cr_assert_eq(err.kind, ERROR_SYSTEM);
    cr_assert_str_eq(err.message, "open 'x': No such file or directory");
    (void)error_system(&err, ENOSPC, "write");
    cr_assert_str_eq(err.message, "write: the disk is full");
}

Test(error, may_be_absent) {
    cr_assert_not(error_set(NULL, ERROR_INVALID, "%s", "ignored"));
    cr_assert_not(error_prefix(NULL, "%s", "ignored"));
    cr_assert_not(error_system(NULL, ENOENT, "%s", "ignored"));
}

Test(error, has_a_name_for_each_kind) {
    for (int kind = 0; kind < ERROR_KIND_COUNT; kind++)
        cr_assert_not_null(error_kind_name((enum error_kind)kind), "kind %d", kind);
}
