// The findings about zips of Python.
#include "cli/doctor/python_findings.h"

#include "base/text.h"
#include "cli/doctor/python_read.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static struct findings found;
static struct python_facts facts;

static void set_up(void) {
    facts = (struct python_facts){.names = json_new_object()};
    found = (struct findings){0};
}

static void tear_down(void) {
    python_facts_release(&facts);
}

TestSuite(python_findings, .init = set_up, .fini = tear_down);

static void judge(const char *const *names, const char *options) {
    AUTO(json_decref) json_t *map = NULL;
    struct error err;

    for (; *names != NULL; names++)
        python_read_name(*names, &facts);
    if (options != NULL)
        cr_assert(json_parse(options, strlen(options), &map, &err), "%s", err.message);
    python_findings(&facts, map, RUNTIME_FLINK_1_20, &found);
}

static bool says(enum finding_severity severity, const char *part) {
    for (size_t index = 0; index < found.count; index++)
        if (found.list[index].severity == severity && strstr(found.list[index].text, part) != NULL)
            return true;
    return false;
}

static size_t bad_count(void) {
    return findings_count(&found, FINDING_ERROR) + findings_count(&found, FINDING_WARNING) +
           findings_count(&found, FINDING_HINT);
}

Test(python_findings, a_good_zip_has_nothing_to_be_done) {
    static const char *const names[] = {"main.py",
                                        "lib/a.jar",
                                        "requirements.txt",
                                        "dep/numpy/core.cpython-311-x86_64-linux-gnu.so",
                                        "dep/yaml/any.abi3.so",
                                        NULL};

    judge(names, "{\"python\":\"main.py\",\"jarfile\":\"lib/a.jar\",\"pyFiles\":\"dep/,.\"}");
    cr_assert(eq(sz, bad_count(), 0));
    cr_assert(eq(ptr, (void *)python_obstacle(&found), NULL));
}

Test(python_findings, what_the_properties_name_has_to_be_there) {
    static const char *const names[] = {"main.py", NULL};

    judge(names, "{\"python\":\"job.py\",\"jarfile\":\"a.jar\",\"pyFiles\":\"dep/\","
                 "\"pyArchives\":\"venv.zip#venv\",\"pyExecutable\":\"python\"}");
    cr_assert(says(FINDING_ERROR, "python names job.py"));
    cr_assert(says(FINDING_ERROR, "jarfile names a.jar"));
    cr_assert(says(FINDING_ERROR, "pyFiles names dep/"));
    cr_assert(says(FINDING_ERROR, "pyArchives names venv.zip,"));
    cr_assert(says(FINDING_WARNING, "does not support the property pyExecutable"));
    cr_assert(python_obstacle(&found) != NULL);
}

Test(python_findings, properties_that_are_not_known_are_named) {
    static const char *const names[] = {"main.py", "lib/a.jar", NULL};

    judge(names, NULL);
    cr_assert(says(FINDING_HINT, "python=main.py"));
    cr_assert(says(FINDING_HINT, "jarfile=lib/a.jar"));
}

Test(python_findings, packages_are_for_the_system_and_the_python_of_the_service) {
    static const char *const names[] = {"main.py",
                                        "dep/a.cpython-312-x86_64-linux-gnu.so",
                                        "dep/b.cpython-311-darwin.so",
                                        "dep/pyflink/version.py",
                                        "dep/apache_flink-1.19.1.dist-info/METADATA",
                                        "env/lib/python3.11/site-packages/six.py",
                                        NULL};

    judge(names, NULL);
    cr_assert(says(FINDING_ERROR, "is for Python 3.12; FLINK-1_20 has Python 3.11"));
    cr_assert(says(FINDING_ERROR, "such as dep/b.cpython-311-darwin.so"));
    cr_assert(says(FINDING_ERROR, "has PyFlink 1.19.1; FLINK-1_20 has Flink 1.20"));
    cr_assert(says(FINDING_WARNING, "has a virtual environment"));
    // They may fail at run time only.
    cr_assert(eq(ptr, (void *)python_obstacle(&found), NULL));
}

Test(python_findings, more_is_reported) {
    static const char *const names[] = {"project/main.py", "a.jar", "lib/b.jar", "requirements.txt",
                                        NULL};

    facts.size_bytes = (int64_t)600 << 20;
    python_read_requirements("numpy\r\n  Apache-Flink==1.20.0\n", &facts);
    judge(names, NULL);
    cr_assert(says(FINDING_ERROR, "no script at the top level"));
    cr_assert(says(FINDING_WARNING, "the zip has 2 jars"));
    cr_assert(says(FINDING_WARNING, "'Apache-Flink==1.20.0'"));
    cr_assert(says(FINDING_ERROR, "600 MB"));
}

Test(python_findings, libraries_of_flink_are_another_package) {
    python_read_requirements("apache-flink-libraries==1.20\n", &facts);
    cr_assert(eq(str, facts.flink_requirement, ""));
}
