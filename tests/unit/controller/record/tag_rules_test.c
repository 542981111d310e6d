#include "controller/record/tag_rules.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static struct error err;

static bool check(const char *first, const char *second) {
    AUTO(json_decref) json_t *tags = json_pack("[{s:s},{s:s}]", "Key", first, "Key", second);

    return tag_rules_check(tags, &err);
}

Test(tag_rules, refuse_a_key_twice_and_reserved_ones) {
    cr_assert(check("a", "A"));
    cr_assert(check("a", "my-aws:b"));
    cr_assert(not(check("a", "a")));
    cr_assert(eq(int, err.kind, ERROR_INVALID));
    cr_assert(not(check("a", "aws:b")));
    cr_assert(eq(int, err.kind, ERROR_INVALID));
    cr_assert(tag_rules_check(NULL, &err));
}

Test(tag_rules, count_up_to_the_limit) {
    cr_assert(tag_rules_check_count(50, 50, &err));
    cr_assert(not(tag_rules_check_count(51, 50, &err)));
    cr_assert(eq(int, err.kind, ERROR_TOO_MANY));
}
