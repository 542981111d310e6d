// What pip gets of the daemon's environment.
#include "runtime/local/pip_environment.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(pip_environment, has_the_options_of_pip_and_the_ways_out) {
    char *const environment[] = {"PIP_INDEX_URL=https://p", "HTTPS_PROXY=h", "HOME=/h",
                                 "AWS_SECRET_ACCESS_KEY=s", NULL};
    AUTO(argument_list_release) struct argument_list list = {0};

    pip_environment_add(environment, &list);
    cr_assert(eq(sz, list.count, 2));
    cr_assert(eq(str, (char *)argument_list_items(&list)[0], "PIP_INDEX_URL=https://p"));
    cr_assert(eq(str, (char *)argument_list_items(&list)[1], "HTTPS_PROXY=h"));
}

Test(pip_environment, names_what_pip_has_to_read) {
    char *const environment[] = {"PIP_FIND_LINKS=/wheels https://w file:///more",
                                 "PIP_LOG=/log",
                                 "PIP_CACHE_DIR=/cache",
                                 "SSL_CERT_FILE=/ca.pem",
                                 "PIP_CONSTRAINT=relative",
                                 NULL};
    struct pip_paths paths;

    pip_environment_paths(environment, &paths);
    cr_assert(eq(sz, paths.count, 3));
    cr_assert(eq(str, paths.list[0], "/wheels"));
    cr_assert(eq(str, paths.list[1], "/more"));
    cr_assert(eq(str, paths.list[2], "/ca.pem"));
}

Test(pip_environment, leaves_out_what_is_too_much) {
    char *const environment[] = {"PIP_FIND_LINKS=/1 /2 /3 /4 /5", NULL};
    struct pip_paths paths;

    pip_environment_paths(environment, &paths);
    cr_assert(eq(sz, paths.count, PIP_PATHS_MAX));
}
