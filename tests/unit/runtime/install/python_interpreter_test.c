// Which interpreter a runtime gets.
#include "runtime/install/python_packages.h"

#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

// The paths that are there, separated by spaces.
static const char *present;

static bool exists(const char *path) {
    const char *found = strstr(present, path);

    return found != NULL && (found[strlen(path)] == ' ' || found[strlen(path)] == '\0');
}

Test(python_packages, the_nearest_interpreter_to_that_of_the_service_is_used) {
    static const struct {
        enum runtime_environment runtime;
        const char *present;
        const char *path; // NULL = there is none
    } rows[] = {
        {RUNTIME_FLINK_1_20, "/usr/bin/python3.11 /usr/bin/python3.12", "/usr/bin/python3.11"},
        {RUNTIME_FLINK_2_2, "/usr/bin/python3.11 /usr/local/bin/python3.12",
         "/usr/local/bin/python3.12"},
        {RUNTIME_FLINK_2_2, "/usr/bin/python3.11 /usr/bin/python3.13", "/usr/bin/python3.11"},
        {RUNTIME_FLINK_1_15, "/usr/bin/python3.11", "/usr/bin/python3.11"},
        {RUNTIME_FLINK_1_15, "/usr/bin/python3.11 /usr/bin/python3.9", "/usr/bin/python3.9"},
        {RUNTIME_FLINK_1_20, "/usr/bin/python3.1 /home/me/bin/python3.11", NULL},
    };
    char path[FILE_PATH_MAX];
    int minor = 0;
    int wanted = 0;

    for (size_t index = 0; index < COUNT_OF(rows); index++) {
        present = rows[index].present;
        bool is_found = python_packages_choose(rows[index].runtime, exists, path, &minor, &wanted);
        cr_assert(eq(int, is_found, rows[index].path != NULL), "row %zu", index);
        if (is_found) cr_assert(eq(str, path, (char *)rows[index].path), "row %zu", index);
    }
}
