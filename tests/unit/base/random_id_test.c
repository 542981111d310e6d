#include "base/random_id.h"

#include <criterion/criterion.h>
#include <string.h>

Test(random_id, has_the_form_that_is_asked_for) {
    static const char hex[] = "0123456789abcdef";
    static const char alphanumeric[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    char id[129];

    for (size_t count = 0; count <= 128; count++) {
        random_id_hex(id, count);
        cr_assert_eq(strlen(id), count);
        cr_assert_eq(strspn(id, hex), count);
    }
    random_id_alphanumeric(id, 12);
    cr_assert_eq(strlen(id), 12);
    cr_assert_eq(strspn(id, alphanumeric), 12);
}

Test(random_id, may_be_a_uuid) {
    char uuid[37];

    random_id_uuid(uuid);
    cr_assert_eq(strlen(uuid), 36);
    for (size_t at = 0; at < 36; at++)
        cr_assert_eq(uuid[at] == '-', at == 8 || at == 13 || at == 18 || at == 23, "%s", uuid);
    cr_assert_eq(uuid[14], '4', "the version");
    cr_assert_not_null(strchr("89ab", uuid[19]), "the variant");
}

Test(random_id, is_another_each_time) {
    char first[33];
    char second[33];

    random_id_hex(first, 32);
    random_id_hex(second, 32);
    cr_assert_str_neq(first, second);
}
