// Every variable that is meant for jobs reaches them.
#include "runtime/local/job_environment.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

enum { MANY = 200 };

static const struct aws_keys no_keys;

// The value that a program gets: the first one of that name. NULL: none.
static const char *value_in(struct argument_list *list, const char *name) {
    size_t length = strlen(name);

    for (const char *const *item = argument_list_items(list); *item != NULL; item++)
        if (text_starts_with(*item, name) && (*item)[length] == '=') return *item + length + 1;
    return NULL;
}

Test(job_environment, has_all_of_many_variables) {
    AUTO(argument_list_release) struct argument_list list = {0};
    char texts[MANY][32];
    const char *variables[MANY + 2] = {"PATH=/bin"};

    for (size_t index = 0; index < MANY; index++) {
        (void)text_format(texts[index], sizeof texts[index], "AWS_TEST_%zu=%zu", index, index);
        variables[index + 1] = texts[index];
    }
    job_environment_collect("", variables, &no_keys, &list);
    const char *const *items = argument_list_items(&list);
    for (size_t index = 0; index < MANY; index++)
        cr_assert(eq(str, (char *)items[index], texts[index]));
    cr_assert(zero(ptr, (void *)value_in(&list, "PATH")));
}

// What the user asks for wins; the Region of the daemon is not that of an application, and files of
// the user are not visible to jobs.
Test(job_environment, begins_with_what_was_asked_for) {
    AUTO(argument_list_release) struct argument_list list = {0};
    static const char *const variables[] = {"AWS_REGION=us-east-1",
                                            "HOME=/root",
                                            "AWS_PROFILE=work",
                                            "AWS_USE_FIPS=two\nlines",
                                            "AWS_CA_BUNDLE=/home/me/ca.pem",
                                            NULL};
    static const struct job_surroundings surroundings = {"ap-south-1", "", "/data/bundle.pem"};

    job_environment_collect("AWS_REGION=eu-west-1\n\nA=b=c\n", variables, &no_keys, &list);
    const char *const *items = argument_list_items(&list);
    cr_assert(eq(str, (char *)items[0], "AWS_REGION=eu-west-1"));
    cr_assert(eq(str, (char *)items[1], "A=b=c"));
    cr_assert(eq(str, (char *)items[2], "AWS_USE_FIPS=two\nlines"));
    cr_assert(zero(ptr, (void *)value_in(&list, "AWS_PROFILE")));
    cr_assert(eq(str, (char *)job_environment_of(items, &surroundings).region, "eu-west-1"));

    AUTO(argument_list_release) struct argument_list of_job = {0};
    job_environment_add(items, &surroundings, &of_job);
    cr_assert(eq(str, (char *)value_in(&of_job, "AWS_REGION"), "eu-west-1"));
    cr_assert(eq(str, (char *)value_in(&of_job, "AWS_DEFAULT_REGION"), "ap-south-1"));
    cr_assert(eq(str, (char *)value_in(&of_job, "AWS_CA_BUNDLE"), "/data/bundle.pem"));
}

struct keys_case {
    const char *lines;
    const char *variables[3];
    struct aws_keys profile;
    const char *access_key;
    const char *session_token;
};

static const struct keys_case keys_cases[] = {
    {"", {NULL}, {.access_key = ""}, "test", NULL},
    {"", {NULL}, {"P", "S", "T"}, "P", "T"},
    {"", {"AWS_ACCESS_KEY_ID=E", "AWS_SESSION_TOKEN=E"}, {"P", "S", "T"}, "E", "E"},
    {"AWS_ACCESS_KEY_ID=J\n",
     {"AWS_ACCESS_KEY_ID=E", "AWS_SESSION_TOKEN=E"},
     {"P", "S", ""},
     "J",
     NULL},
    {"", {"AWS_WEB_IDENTITY_TOKEN_FILE=/t"}, {"P", "S", ""}, NULL, NULL},
};

Test(job_environment, keys_are_of_one_source) {
    for (size_t index = 0; index < COUNT_OF(keys_cases); index++) {
        const struct keys_case *one = &keys_cases[index];
        AUTO(argument_list_release) struct argument_list list = {0};

        job_environment_collect(one->lines, one->variables, &one->profile, &list);
        cr_assert(text_equal(value_in(&list, "AWS_ACCESS_KEY_ID"), one->access_key), "%zu", index);
        cr_assert(text_equal(value_in(&list, "AWS_SESSION_TOKEN"), one->session_token), "%zu",
                  index);
    }
}

struct endpoint_case {
    const char *common[3];
    const char *of_file_system;
    const char *variable; // AWS_ENDPOINT_URL_S3 of a job
};

static const struct endpoint_case endpoint_cases[] = {
    {{NULL}, "http://own", "http://own"},
    {{"AWS_ENDPOINT_URL=http://all"}, "http://all", NULL},
    {{"AWS_ENDPOINT_URL=http://all", "AWS_ENDPOINT_URL_S3=http://s3"}, "http://s3", "http://s3"},
};

Test(job_environment, the_endpoint_that_a_user_names_is_used) {
    static const struct job_surroundings surroundings = {"eu-west-1", "http://own", ""};

    for (size_t index = 0; index < COUNT_OF(endpoint_cases); index++) {
        const struct endpoint_case *one = &endpoint_cases[index];
        AUTO(argument_list_release) struct argument_list list = {0};

        job_environment_add(one->common, &surroundings, &list);
        cr_assert(text_equal(value_in(&list, "AWS_ENDPOINT_URL_S3"), one->variable), "%zu", index);
        cr_assert(eq(str, (char *)job_environment_of(one->common, &surroundings).s3_endpoint,
                     (char *)one->of_file_system));
    }
}
