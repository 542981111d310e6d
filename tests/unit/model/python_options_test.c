// The property group of a program in Python.
#include "model/python_options.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static json_t *parse(const char *text) {
    json_t *groups = NULL;
    struct error err;

    cr_assert(json_parse(text, strlen(text), &groups, &err), "%s", err.message);
    return groups;
}

Test(python_options, a_program_without_the_group_is_not_in_python) {
    static const char *const rows[] = {
        "[]",
        "[{\"PropertyGroupId\":\"job\",\"PropertyMap\":{\"python\":\"main.py\"}}]",
        "[{\"PropertyGroupId\":\"kinesis.analytics.flink.run.options\",\"PropertyMap\":{"
        "\"jarfile\":\"a.jar\"}}]",
    };
    struct python_options options;

    cr_assert(not(python_options_read(NULL, &options)));
    for (size_t index = 0; index < sizeof rows / sizeof rows[0]; index++) {
        AUTO(json_decref) json_t *groups = parse(rows[index]);
        cr_assert(not(python_options_read(groups, &options)), "row %zu", index);
    }
}

Test(python_options, are_what_the_group_says) {
    AUTO(json_decref)
    json_t *groups = parse("[{\"PropertyGroupId\":\"job\",\"PropertyMap\":{}},"
                           "{\"PropertyGroupId\":\"kinesis.analytics.flink.run.options\","
                           "\"PropertyMap\":{\"python\":\"main.py\",\"jarfile\":\"lib/a.jar\","
                           "\"pyFiles\":\"dep,x.zip\"}}]");
    struct python_options options;

    cr_assert(python_options_read(groups, &options));
    cr_assert(eq(str, (char *)options.main, "main.py"));
    cr_assert(eq(str, (char *)options.jar, "lib/a.jar"));
    cr_assert(eq(str, (char *)options.files, "dep,x.zip"));
    cr_assert(eq(str, (char *)options.archives, ""));
    cr_assert(eq(str, (char *)options.module, ""));
}

Test(python_options, a_module_alone_is_a_program) {
    AUTO(json_decref)
    json_t *groups = parse("[{\"PropertyGroupId\":\"kinesis.analytics.flink.run.options\","
                           "\"PropertyMap\":{\"pyModule\":\"jobs.main\"}}]");
    struct python_options options;

    cr_assert(python_options_read(groups, &options));
    cr_assert(eq(str, (char *)options.module, "jobs.main"));
}
