// Keys in the files of the AWS command line.
#include "runtime/local/aws_profile.h"

#include "base/cleanup.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static const char TEXT[] = "aws_access_key_id = outside\n"
                           "[default]\r\n"
                           "aws_access_key_id=AKD\r\n"
                           "# aws_secret_access_key=comment\n"
                           "aws_secret_access_key = s/+=x \n"
                           "[ profile work ]\n"
                           "region = eu-west-1\n"
                           "aws_access_key_id = AKW\n"
                           "aws_secret_access_key = w\n"
                           "aws_session_token = token==\n"
                           "[half]\n"
                           "aws_access_key_id = AKH\n"
                           "[broken\n";

Test(aws_profile, finds_the_keys_of_a_section) {
    struct aws_keys keys = {0};

    cr_assert(aws_profile_parse(TEXT, "default", &keys));
    cr_assert(eq(str, keys.access_key, "AKD"));
    cr_assert(eq(str, keys.secret_key, "s/+=x"));
    cr_assert(eq(str, keys.session_token, ""));
    cr_assert(aws_profile_parse(TEXT, "work", &keys));
    cr_assert(eq(str, keys.access_key, "AKW"));
    cr_assert(eq(str, keys.session_token, "token=="));
}

Test(aws_profile, a_section_without_both_keys_has_none) {
    static const char *const without[] = {"half", "broken", "missing", ""};

    for (size_t index = 0; index < COUNT_OF(without); index++) {
        struct aws_keys keys = {.access_key = "kept"};
        cr_assert(not(aws_profile_parse(TEXT, without[index], &keys)));
        cr_assert(eq(str, keys.access_key, "kept"));
    }
}
