// Archives of scripts and directories, and the properties of Python applications.
#include "cli/package/package.h"

#include "base/archive_file.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/zip_write.h"
#include "cli/package/package_properties.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct error err;
static char root[FILE_PATH_MAX];

static void set_up(void) {
    (void)text_copy(root, sizeof root, "/tmp/kobel-package-XXXXXX");
    cr_assert(mkdtemp(root) != NULL);
}

static void tear_down(void) {
    cr_assert(file_remove_tree(root, &err), "%s", err.message);
}

TestSuite(package, .init = set_up, .fini = tear_down);

static void path_of(const char *name, char out[static FILE_PATH_MAX]) {
    cr_assert(file_join(out, FILE_PATH_MAX, &err, root, name, NULL));
}

static void put(const char *name, const char *text) {
    char path[FILE_PATH_MAX];
    char *slash;

    path_of(name, path);
    slash = strrchr(path, '/');
    *slash = '\0';
    cr_assert(file_make_directories(path, 0755, &err), "%s", err.message);
    *slash = '/';
    cr_assert(file_write_atomically(path, text, strlen(text), 0644, &err), "%s", err.message);
}

// The names in the archive, each after a space.
static void names_of(const struct package *package, char *out, size_t size_bytes) {
    AUTO(archive_file_close) struct archive_file *archive = NULL;
    const char *name = "";

    out[0] = '\0';
    cr_assert(archive_file_open(package->path, ARCHIVE_KIND_ZIP_DIRECTORY, &archive, &err));
    while (name != NULL) {
        cr_assert(archive_file_next(archive, &name, &err));
        size_t used = strlen(out);
        if (name != NULL) (void)text_format(out + used, size_bytes - used, " %s", name);
    }
}

static bool make(const char *name, const char *const *jars, size_t jar_count, const char *driver,
                 struct package *out_package) {
    char path[FILE_PATH_MAX];
    struct package_source source = {
        .path = path, .jars = jars, .jar_count = jar_count, .driver = driver};

    path_of(name, path);
    return package_make(&source, out_package, &err);
}

// --- Python ---

static void put_project(void) {
    put("p/main.py", "main");
    put("p/udf.py", "udf");
    put("p/dep/other/core.py", "core");
    put("p/own/__init__.py", "");
    put("p/lib/all.jar", "jar");
    put("p/requirements.txt", "numpy\n");
    put("p/.git/config", "hidden");
    put("p/__pycache__/main.pyc", "cache");
    put("p/environment/pyvenv.cfg", "");
    put("p/environment/lib/site.py", "");
}

Test(package, of_python_has_the_directory_and_nothing_that_is_hidden) {
    static const char NAMES[] =
        " dep/other/core.py lib/all.jar main.py own/__init__.py requirements.txt udf.py";
    AUTO(package_release) struct package package = {.fd = -1};
    AUTO(package_release) struct package same = {.fd = -1};
    char names[1000];

    put_project();
    cr_assert(make("p", NULL, 0, NULL, &package), "%s", err.message);
    names_of(&package, names, sizeof names);
    cr_assert(eq(str, names, (char *)NAMES));
    cr_assert(package.is_python);
    cr_assert(eq(str, package.python.main, "main.py"));
    cr_assert(eq(str, package.python.jar, "lib/all.jar"));
    cr_assert(eq(sz, package.python.jar_count, 1));
    cr_assert(eq(str, package.python.files, "dep/,."));
    // The script itself stands for its directory.
    cr_assert(make("p/main.py", NULL, 0, NULL, &same), "%s", err.message);
    names_of(&same, names, sizeof names);
    cr_assert(eq(str, names, (char *)NAMES));
}

Test(package, of_python_takes_jars_from_elsewhere_into_lib) {
    AUTO(package_release) struct package package = {.fd = -1};
    char jar[FILE_PATH_MAX];
    const char *jars[] = {jar};
    char names[1000];

    put("p/job.py", "main");
    put("p/lib/all.jar", "old");
    put("target/all.jar", "new");
    path_of("target/all.jar", jar);
    cr_assert(make("p/job.py", jars, 1, NULL, &package), "%s", err.message);
    names_of(&package, names, sizeof names);
    cr_assert(eq(str, names, " job.py lib/all.jar"));
    cr_assert(eq(str, package.python.main, "job.py"));
    cr_assert(eq(sz, package.python.jar_count, 1));
}

Test(package, says_what_is_missing) {
    static const char *const jars[] = {"/missing.jar"};
    struct package package;

    cr_assert(not(make("none.py", NULL, 0, NULL, &package)));
    cr_assert(eq(int, err.kind, ERROR_NOT_FOUND));
    put("empty/other.py", "");
    cr_assert(not(make("empty", NULL, 0, NULL, &package)));
    cr_assert(strstr(err.message, "has no main.py") != NULL, "%s", err.message);
    cr_assert(not(make("empty/other.py", jars, 1, NULL, &package)));
    cr_assert(strstr(err.message, "there is no file '/missing.jar'") != NULL, "%s", err.message);
    put("a.jar", "");
    cr_assert(not(make("a.jar", jars, 1, NULL, &package)));
    cr_assert(strstr(err.message, "--jar is for scripts") != NULL, "%s", err.message);
}

// --- SQL ---

static void put_driver(char out[static FILE_PATH_MAX]) {
    AUTO(zip_write_free) struct zip_write *zip = NULL;

    path_of("driver.jar", out);
    AUTO(file_close) int fd = open(out, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    cr_assert(zip_write_open(fd, &zip, &err), "%s", err.message);
    cr_assert(
        zip_write_bytes(zip, "META-INF/MANIFEST.MF", "Main-Class: kobel.SqlDriver\n", 28, &err));
    cr_assert(zip_write_bytes(zip, "kobel/SqlDriver.class", "class", 5, &err));
    cr_assert(zip_write_end(zip, &err), "%s", err.message);
}

Test(package, of_sql_has_the_driver_the_script_and_jars) {
    AUTO(package_release) struct package package = {.fd = -1};
    char driver[FILE_PATH_MAX];
    char jar[FILE_PATH_MAX];
    const char *jars[] = {jar};
    char names[1000];

    put_driver(driver);
    put("s/orders.sql", "INSERT");
    put("s/notes.txt", "not a part");
    put("s/lib/functions.jar", "jar");
    put("other/kafka.jar", "jar");
    path_of("other/kafka.jar", jar);
    cr_assert(make("s/orders.sql", jars, 1, driver, &package), "%s", err.message);
    names_of(&package, names, sizeof names);
    cr_assert(eq(str, names,
                 " META-INF/MANIFEST.MF kobel/SqlDriver.class kobel-script orders.sql "
                 "lib/functions.jar lib/kafka.jar"));
    cr_assert(not(package.is_python));
}

// --- properties ---

static json_t *parse(const char *text) {
    json_t *json = NULL;

    cr_assert(json_parse(text, strlen(text), &json, &err), "%s", err.message);
    return json;
}

#define GROUP(map)                                                                                 \
    "{\"PropertyGroupId\":\"kinesis.analytics.flink.run.options\",\"PropertyMap\":{" map "}}"

static void expect_properties(const struct package_python *python, const char *given,
                              const char *known, const char *expected) {
    AUTO(json_decref) json_t *given_groups = given == NULL ? NULL : parse(given);
    AUTO(json_decref) json_t *known_groups = known == NULL ? NULL : parse(known);
    AUTO(json_decref) json_t *groups = NULL;

    cr_assert(package_properties(python, given_groups, known_groups, &groups, &err), "%s",
              err.message);
    AUTO(memory_free) char *text = json_print(groups);
    cr_assert(eq(str, text, (char *)expected));
}

Test(package_properties, are_those_of_the_package_unless_the_user_gives_them) {
    struct package_python python = {.main = "main.py", .jar = "lib/a.jar", .jar_count = 1};

    expect_properties(&python, NULL, NULL,
                      "[" GROUP("\"python\":\"main.py\",\"jarfile\":\"lib/a.jar\"") "]");
    expect_properties(&python, "[" GROUP("\"python\":\"other.py\"") "]", NULL,
                      "[" GROUP("\"python\":\"other.py\",\"jarfile\":\"lib/a.jar\"") "]");
    // What the application had of an earlier package is replaced, and the rest stays.
    python.jar[0] = '\0';
    expect_properties(&python, NULL,
                      "[{\"PropertyGroupId\":\"A\",\"PropertyMap\":{\"k\":\"v\"}}," GROUP(
                          "\"jarfile\":\"lib/old.jar\",\"python\":\"old.py\"") "]",
                      "[{\"PropertyGroupId\":\"A\",\"PropertyMap\":{\"k\":\"v\"}}," GROUP(
                          "\"python\":\"main.py\"") "]");
}

Test(package_properties, name_one_jar) {
    struct package_python python = {.main = "main.py", .jar = "lib/a.jar", .jar_count = 2};
    AUTO(json_decref) json_t *groups = NULL;

    cr_assert(not(package_properties(&python, NULL, NULL, &groups, &err)));
    cr_assert(strstr(err.message, "the service adds one jar") != NULL, "%s", err.message);
    expect_properties(&python, "[" GROUP("\"jarfile\":\"lib/b.jar\"") "]", NULL,
                      "[" GROUP("\"jarfile\":\"lib/b.jar\",\"python\":\"main.py\"") "]");
}
