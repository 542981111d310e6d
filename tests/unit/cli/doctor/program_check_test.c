// Verdicts about programs, whatever they are given as.
#include "cli/doctor/program_check.h"

#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

static struct error err;
static char root[FILE_PATH_MAX];

static void set_up(void) {
    (void)text_copy(root, sizeof root, "/tmp/kobel-program-XXXXXX");
    cr_assert(mkdtemp(root) != NULL);
}

static void tear_down(void) {
    cr_assert(file_remove_tree(root, &err), "%s", err.message);
}

TestSuite(program_check, .init = set_up, .fini = tear_down);

static void put(const char *name, const char *text) {
    char path[FILE_PATH_MAX];

    cr_assert(file_join(path, sizeof path, &err, root, name, NULL));
    cr_assert(file_write_atomically(path, text, strlen(text), 0644, &err), "%s", err.message);
}

Test(program_check, reads_what_was_packed) {
    struct package_source source = {.path = root};
    AUTO(package_release) struct package package = {.fd = -1};
    struct program_verdict verdict;

    put("main.py", "");
    put("requirements.txt", "apache-flink==1.19\n");
    cr_assert(package_make(&source, &package, &err), "%s", err.message);
    cr_assert(program_check(&package, NULL, RUNTIME_FLINK_1_20, &verdict, &err), "%s", err.message);
    cr_assert(eq(sz, findings_count(&verdict.findings, FINDING_WARNING), 1));
    cr_assert(eq(ptr, (void *)verdict.obstacle, NULL));
    // The same zip as a user gives it is found to be one of Python.
    package.is_python = false;
    package.python = (struct package_python){0};
    cr_assert(program_check(&package, NULL, RUNTIME_FLINK_1_20, &verdict, &err), "%s", err.message);
    cr_assert(package.is_python);
    cr_assert(eq(str, package.python.main, "main.py"));
}

Test(program_check, of_a_script_of_sql_wants_it_and_its_jars) {
    char path[FILE_PATH_MAX];
    const char *jars[] = {path};
    struct package_source source = {.path = path};
    struct program_verdict verdict;

    cr_assert(file_join(path, sizeof path, &err, root, "job.sql", NULL));
    cr_assert(not(program_check_sql(&source, RUNTIME_FLINK_1_20, &verdict, &err)));
    cr_assert(eq(int, err.kind, ERROR_NOT_FOUND));
    put("job.sql", "SELECT 1");
    cr_assert(program_check_sql(&source, RUNTIME_FLINK_1_20, &verdict, &err), "%s", err.message);
    cr_assert(eq(sz, findings_count(&verdict.findings, FINDING_ERROR), 0));
    source.jars = jars; // a script is not a jar
    source.jar_count = 1;
    cr_assert(not(program_check_sql(&source, RUNTIME_FLINK_1_20, &verdict, &err)));
}
