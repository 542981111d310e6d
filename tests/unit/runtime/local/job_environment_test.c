// Every variable that is meant for jobs reaches them.
#include "runtime/local/job_environment.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

enum { MANY = 200 };

Test(job_environment, has_all_of_many_variables) {
    AUTO(argument_list_release) struct argument_list list = {0};
    char texts[MANY][32];
    const char *variables[MANY + 2] = {"PATH=/bin"};

    for (size_t index = 0; index < MANY; index++) {
        (void)text_format(texts[index], sizeof texts[index], "AWS_TEST_%zu=%zu", index, index);
        variables[index + 1] = texts[index];
    }
    job_environment_collect("", variables, &list);
    const char *const *items = argument_list_items(&list);
    for (size_t index = 0; index < MANY; index++)
        cr_assert(eq(str, (char *)items[index], texts[index]));
    cr_assert(zero(ptr, (void *)items[MANY]));
}

// The user's variables come before those of the daemon's environment.
Test(job_environment, begins_with_what_was_asked_for) {
    AUTO(argument_list_release) struct argument_list list = {0};
    static const char *const variables[] = {"AWS_REGION=us-east-1", "HOME=/root",
                                            "AWS_PROFILE=two\nlines", NULL};

    job_environment_collect("AWS_REGION=eu-west-1\n\nA=b=c\n", variables, &list);
    const char *const *items = argument_list_items(&list);
    cr_assert(eq(str, (char *)items[0], "AWS_REGION=eu-west-1"));
    cr_assert(eq(str, (char *)items[1], "A=b=c"));
    cr_assert(eq(str, (char *)items[2], "AWS_REGION=us-east-1"));
    cr_assert(eq(str, (char *)items[3], "AWS_PROFILE=two\nlines"));
    cr_assert(zero(ptr, (void *)items[4]));
}
