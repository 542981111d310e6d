// Which interpreter a runtime gets.
#include "runtime/install/python_interpreter.h"

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

Test(python_interpreter, the_nearest_interpreter_to_that_of_the_service_is_used) {
    static const struct {
        enum runtime_environment runtime;
        const char *present;
        const char *path; // NULL = there is none
    } rows[] = {
        {RUNTIME_FLINK_1_20, "/usr/bin/python3.11 /usr/bin/python3.12", "/usr/bin/python3.11"},
        {RUNTIME_FLINK_2_2, "/usr/bin/python3.11 /usr/local/bin/python3.12",
         "/usr/local/bin/python3.12"},
        {RUNTIME_FLINK_2_2, "/usr/bin/python3.11 /usr/bin/python3.13", "/usr/bin/python3.11"},
        {RUNTIME_FLINK_1_15, "/usr/bin/python3.11", NULL},
        {RUNTIME_FLINK_1_15, "/usr/bin/python3.11 /usr/bin/python3.8", NULL},
        {RUNTIME_FLINK_1_20, "/usr/bin/python3.13", NULL},
        // Maven's, where there is no other.
        {RUNTIME_FLINK_1_18, "/usr/bin/python3.11", "/r/interpreter/bin/python3.10"},
        {RUNTIME_FLINK_1_18, "/usr/bin/python3.11 /usr/bin/python3.9", "/usr/bin/python3.9"},
        {RUNTIME_FLINK_1_20, "/usr/bin/python3.1 /home/me/bin/python3.11", NULL},
    };
    struct python_interpreter found;

    for (size_t index = 0; index < COUNT_OF(rows); index++) {
        present = rows[index].present;
        bool is_found =
            python_interpreter_choose(rows[index].runtime, exists, "/r/interpreter", &found, NULL);
        cr_assert(eq(int, is_found, rows[index].path != NULL), "row %zu", index);
        if (!is_found) continue;
        cr_assert(eq(str, found.path, (char *)rows[index].path), "row %zu", index);
        cr_assert(eq(int, found.artifact != NULL, rows[index].path[1] == 'r'), "row %zu", index);
    }
}

Test(python_interpreter, the_refusal_names_the_versions_and_what_to_use_instead) {
    struct python_interpreter found;
    struct error err;

    present = "/usr/bin/python3.11";
    bool is_found = python_interpreter_choose(RUNTIME_FLINK_1_15, exists, "/r", &found, &err);
    cr_assert(not(is_found));
    cr_assert(text_starts_with(err.message, "programs in Python do not run on FLINK-1_15 here"),
              "%s", err.message);
    present = "/usr/bin/python3.13";
    is_found = python_interpreter_choose(RUNTIME_FLINK_1_20, exists, "/r", &found, &err);
    cr_assert(not(is_found));
    cr_assert(text_starts_with(err.message, "programs in Python on FLINK-1_20 need Python 3.8 to "),
              "%s", err.message);
    cr_assert(strstr(err.message, "Put it there as python3.11") != NULL, "%s", err.message);
}
