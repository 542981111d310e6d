// What is asked of Flink for a program in Python.
#include "runtime/local/python_program.h"

#include "base/memory.h"
#include "base/text.h"
#include "base/zip_write.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

static char directory[] = "/tmp/kobel-python-XXXXXX";

static void put(const char *name) {
    char path[FILE_PATH_MAX];
    struct error err;

    cr_assert(file_join(path, sizeof path, &err, directory, name, NULL));
    cr_assert(file_write_atomically(path, "", 0, 0644, &err), "%s", err.message);
}

static void put_jar(void) {
    AUTO(zip_write_free) struct zip_write *zip = NULL;
    char path[FILE_PATH_MAX];
    struct error err;

    cr_assert(file_join(path, sizeof path, &err, directory, "a.jar", NULL));
    AUTO(file_close) int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    cr_assert(zip_write_open(fd, &zip, &err));
    cr_assert(zip_write_bytes(zip, "A.class", "class", 5, &err));
    cr_assert(zip_write_end(zip, &err));
}

static void set_up(void) {
    cr_assert(mkdtemp(directory) != NULL);
    put("main.py");
    put("no.jar");
    put("x.zip");
    put_jar();
}

static void tear_down(void) {
    error_ignore(file_remove_tree(directory, NULL));
}

Test(python_program, names_what_is_not_in_the_zip, .init = set_up, .fini = tear_down) {
    static const struct {
        struct python_options options;
        const char *part; // "" = it runs
    } rows[] = {
        {{"main.py", "", "", "", ""}, ""},
        {{"main.py", "", "a.jar", "x.zip, main.py", "x.zip#data"}, ""},
        {{"", "jobs.main", "", "", ""}, ""},
        {{"other.py", "", "", "", ""}, "The property python names 'other.py', which is not in"},
        {{"../main.py", "", "", "", ""}, "The property python names '../main.py'"},
        {{"/etc/passwd", "", "", "", ""}, "The property python names '/etc/passwd'"},
        {{"main.py", "", "b.jar", "", ""}, "The property jarfile names 'b.jar'"},
        {{"main.py", "", ".", "", ""}, "The property jarfile names '.', which is not a jar"},
        {{"main.py", "", "no.jar", "", ""}, "The property jarfile names 'no.jar', which is not a"},
        {{"main.py", "", "", "..", ""}, "The property pyFiles names '..'"},
        {{"main.py", "", "", "x.zip , main.py ", ""}, ""},
        {{"main.py", "", "a.jar;b.jar", "", ""}, "The property jarfile names several jars"},
        {{"main.py", "", "", "x.zip,y.zip", ""}, "The property pyFiles names 'y.zip'"},
        {{"main.py", "", "", "", "y.zip#data"}, "The property pyArchives names 'y.zip'"},
    };
    struct error err;

    for (size_t index = 0; index < sizeof rows / sizeof rows[0]; index++) {
        bool is_well = python_program_check(&rows[index].options, directory, &err);
        cr_assert(eq(int, is_well, rows[index].part[0] == '\0'), "row %zu", index);
        if (!is_well)
            cr_assert(text_starts_with(err.message, rows[index].part), "row %zu: %s", index,
                      err.message);
    }
}

static json_t *body_of(const struct python_options *options) {
    const struct installed_python python = {.command = "/r/bin/python"};
    json_t *body = json_new_object();

    json_put(body, "flinkConfiguration", json_new_object());
    python_program_add(options, "/p", &python, body);
    return body;
}

static bool has(const json_t *body, const char *text) {
    AUTO(memory_free) char *printed = json_print(body);

    return strstr(printed, text) != NULL;
}

static void expect(const json_t *body, const char *text) {
    cr_assert(has(body, text), "%s", text);
}

Test(python_program, has_its_files_as_settings) {
    const struct python_options options = {"main.py", "", "lib/a.jar", "dep, x.zip", "m.zip#data"};
    AUTO(json_decref) json_t *body = body_of(&options);

    // By the main class of its jar: with Flink's own, Flink adds its jar to the job twice.
    cr_assert_null(json_member(body, "entryClass"));
    expect(body, "\"programArgsList\":[\"--python\",\"/p/main.py\"]");
    // In the class path of that jar: Flink 1.18.1 and 1.19.1 drop this setting.
    cr_assert(not(has(body, "pipeline.classpaths")));
    expect(body, "\"python.files\":\"/p/dep,/p/x.zip\"");
    expect(body, "\"python.archives\":\"/p/m.zip#data\"");
    expect(body, "\"python.executable\":\"/r/bin/python\"");
    expect(body, "\"python.client.executable\":\"/r/bin/python\"");
}

Test(python_program, takes_the_top_level_as_a_directory_of_modules) {
    const struct python_options options = {"main.py", "", "", ".,./ , src/ ,lib/./", ""};
    AUTO(json_decref) json_t *body = body_of(&options);

    expect(body, "\"python.files\":\"/p,/p,/p/src,/p/lib\"");
}

Test(python_program, a_module_is_searched_in_the_whole_zip) {
    const struct python_options options = {"", "jobs.main", "", "", ""};
    AUTO(json_decref) json_t *body = body_of(&options);

    expect(body, "\"programArgsList\":[\"--pyModule\",\"jobs.main\"]");
    expect(body, "\"python.files\":\"/p\"");
}
