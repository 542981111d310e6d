#include "runtime/installed/installed_python.h"

#include "base/json.h"
#include "base/text.h"

bool installed_python_may_run(enum runtime_environment runtime, struct error *err) {
    const char *name = runtime_environment_name(runtime);

    return runtime_environment_has_run_conf(runtime) ||
           error_set(err, ERROR_UNAVAILABLE,
                     "programs in Python do not run on %s here, because its Flink takes no "
                     "settings with a job. Use another runtime: FLINK-1_18 and later take over the "
                     "state of %s",
                     name, name);
}

struct jar_search {
    char name[256];
};

static bool visit_jar(void *userdata, const char *name, bool is_directory, struct error *err) {
    struct jar_search *search = userdata;

    (void)err;
    if (!is_directory && text_starts_with(name, "flink-python-") && text_ends_with(name, ".jar"))
        (void)text_copy(search->name, sizeof search->name, name);
    return true;
}

bool installed_python_find_jar(const char *runtime_directory, char out_jar[static FILE_PATH_MAX],
                               struct error *err) {
    struct jar_search search = {0};
    char jars[FILE_PATH_MAX];

    if (!file_join(jars, sizeof jars, err, runtime_directory, "opt", NULL) ||
        !file_list(jars, visit_jar, &search, err))
        return false;
    if (search.name[0] == '\0')
        return error_set(err, ERROR_NOT_FOUND, "'%s' has no flink-python-*.jar", jars);
    return file_join(out_jar, FILE_PATH_MAX, err, jars, search.name, NULL);
}

static bool read_facts(const char *directory, json_t **out_facts) {
    AUTO(buffer_release) struct buffer text = BUFFER_INIT(65536);
    char path[FILE_PATH_MAX];

    return file_join(path, sizeof path, NULL, directory, INSTALLED_PYTHON_FACTS, NULL) &&
           file_read(path, &text, NULL) &&
           json_parse(buffer_text(&text), text.size_bytes, out_facts, NULL);
}

bool installed_python_find(const char *runtime_directory, struct installed_python *out_python) {
    AUTO(json_decref) json_t *facts = NULL;
    struct installed_python python = {0};

    if (!file_join(python.directory, FILE_PATH_MAX, NULL, runtime_directory, INSTALLED_PYTHON,
                   NULL) ||
        !file_join(python.command, FILE_PATH_MAX, NULL, python.directory, "bin/python", NULL) ||
        !read_facts(python.directory, &facts))
        return false;
    (void)text_copy(python.interpreter, FILE_PATH_MAX, json_text_or(facts, "interpreter", ""));
    (void)text_copy(python.version, sizeof python.version, json_text_or(facts, "version", ""));
    python.size_bytes = json_int_or(facts, "sizeBytes", 0);
    if (json_int_or(facts, "format", 0) != INSTALLED_PYTHON_FORMAT ||
        !file_exists(python.interpreter) ||
        !file_join(python.program, FILE_PATH_MAX, NULL, runtime_directory, INSTALLED_PYTHON_PROGRAM,
                   NULL) ||
        !file_exists(python.program) ||
        !installed_python_find_jar(runtime_directory, python.jar, NULL))
        return false;
    *out_python = python;
    return true;
}
