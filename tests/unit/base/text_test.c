// Lists in texts: values by their names, and parts one by one.
#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static const struct {
    const char *list;
    const char *separators;
    const char *value; // of "name"; NULL = it is not there
} lists[] = {
    {"name=a", "&", "a"},
    {"&&name=a&&", "&", "a"},
    {"other=b&name=a=c&name=d", "&", "a=c"},
    {"name=&other=b", "&", ""},
    {"other=b; name=a", "; ", "a"},
    {"name", "&", NULL},
    {"name&name=a", "&", "a"},
    {"longername=a&name2=b", "&", NULL},
    {"other=name=a", "&", NULL},
    {"", "&", NULL},
    {NULL, "&", NULL},
};

Test(text, finds_a_value_in_a_list_by_its_name) {
    for (size_t index = 0; index < sizeof lists / sizeof lists[0]; index++) {
        const char *wanted = lists[index].value;
        size_t length = 99;
        const char *value =
            text_list_value(lists[index].list, "name", lists[index].separators, &length);
        cr_assert_eq(value == NULL, wanted == NULL, "row %zu", index);
        if (wanted == NULL) continue;
        cr_assert_eq(length, strlen(wanted), "row %zu", index);
        cr_assert_eq(strncmp(value, wanted, length), 0, "row %zu", index);
    }
}

Test(text, gives_the_parts_of_a_text_one_by_one) {
    const char *at = "key/date,rest";
    char part[6];

    cr_assert_eq(text_next_part(&at, "/, ", part, sizeof part), '/');
    cr_assert(eq(str, part, "key"));
    cr_assert_eq(text_next_part(&at, "/, ", part, sizeof part), ',');
    cr_assert(eq(str, part, "date"));
    cr_assert_eq(text_next_part(&at, "/, ", part, sizeof part), '\0');
    cr_assert(eq(str, part, "rest"));
    cr_assert_eq(text_next_part(&at, "/, ", part, sizeof part), '\0');
    cr_assert(eq(str, part, ""));
}

Test(text, does_not_step_over_a_part_that_is_too_long) {
    const char *at = "longer/rest";
    const char *begin = at;
    char part[6] = "";

    cr_assert_eq(text_next_part(&at, "/", part, sizeof part), '\0');
    cr_assert_eq(at, begin);
}
