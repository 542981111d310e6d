// Variables of the environment, and the directory that follows from them.
#include "base/environment.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

static char path[FILE_PATH_MAX];

Test(environment, an_empty_variable_counts_as_one_that_is_not_set) {
    (void)setenv("KOBEL_TEST", "", 1);
    cr_assert(eq(str, (char *)environment_or("KOBEL_TEST", "other"), "other"));
    (void)setenv("KOBEL_TEST", "set", 1);
    cr_assert(eq(str, (char *)environment_or("KOBEL_TEST", "other"), "set"));
}

Test(environment, the_data_directory_is_the_one_of_xdg_or_lies_in_the_home_directory) {
    (void)setenv("HOME", "/home/user", 1);
    (void)setenv("XDG_DATA_HOME", "/data", 1);
    cr_assert(environment_data_directory("kobel", path, NULL));
    cr_assert(eq(str, path, "/data/kobel"));
    (void)unsetenv("XDG_DATA_HOME");
    cr_assert(environment_data_directory("kobel/runtimes", path, NULL));
    cr_assert(eq(str, path, "/home/user/.local/share/kobel/runtimes"));
}

Test(environment, without_both_variables_there_is_no_data_directory) {
    struct error err;

    (void)unsetenv("HOME");
    (void)unsetenv("XDG_DATA_HOME");
    cr_assert(not(environment_data_directory("kobel", path, &err)));
    cr_assert(eq(str, err.message, "neither HOME nor XDG_DATA_HOME is set"));
}
