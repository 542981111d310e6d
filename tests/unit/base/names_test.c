#include "base/names.h"

#include "base/log.h"

#include <criterion/criterion.h>

enum fruit { FRUIT_APPLE, FRUIT_WITHOUT_NAME, FRUIT_PEAR, FRUIT_COUNT };

const char *fruit_name(enum fruit fruit);
bool fruit_from_name(const char *name, enum fruit *out_fruit);
const char *colour_name(enum fruit fruit);
bool colour_from_name(const char *name, enum fruit *out_fruit);

static const char *const fruits[FRUIT_COUNT] = {[FRUIT_APPLE] = "apple", [FRUIT_PEAR] = "pear"};
DEFINE_NAMES(fruit, enum fruit, fruits);

static const struct {
    int price;
    const char *colour;
} colours[FRUIT_COUNT] = {[FRUIT_APPLE] = {1, "red"}, [FRUIT_PEAR] = {2, "green"}};
DEFINE_NAMES_OF_COLUMN(colour, enum fruit, colours, colour);

Test(names, are_found_in_both_directions) {
    enum fruit fruit = FRUIT_APPLE;

    cr_assert_str_eq(fruit_name(FRUIT_PEAR), "pear");
    cr_assert(fruit_from_name("pear", &fruit));
    cr_assert_eq(fruit, FRUIT_PEAR);
    cr_assert_str_eq(colour_name(FRUIT_PEAR), "green");
    cr_assert(colour_from_name("red", &fruit));
    cr_assert_eq(fruit, FRUIT_APPLE);
}

Test(names, may_be_missing) {
    enum fruit fruit = FRUIT_APPLE;

    cr_assert_str_eq(fruit_name(FRUIT_WITHOUT_NAME), "unknown");
    cr_assert_str_eq(fruit_name((enum fruit) - 1), "unknown");
    cr_assert_str_eq(colour_name(FRUIT_COUNT), "unknown");
    cr_assert_not(fruit_from_name("unknown", &fruit));
    cr_assert_not(fruit_from_name(NULL, &fruit));
    cr_assert_not(colour_from_name("blue", &fruit));
    cr_assert_eq(fruit, FRUIT_APPLE, "the output is untouched");
}

Test(names, of_the_log_levels_are_found_again) {
    for (int level = 0; level < LOG_LEVEL_COUNT; level++) {
        enum log_level found;
        cr_assert(log_level_from_name(log_level_name((enum log_level)level), &found));
        cr_assert_eq((int)found, level);
    }
}
