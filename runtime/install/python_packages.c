#include "runtime/install/python_packages.h"

#include "base/cleanup.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "runtime/host/argument_list.h"
#include "runtime/install/python_interpreter.h"
#include "runtime/installed/installed_python.h"

#include <stdlib.h>
#include <string.h>

extern const char kobel_python_py[]; // runtime/install/python/kobel_python.py
extern const uint64_t kobel_python_py_size;
extern const char kobel_forker_py[]; // runtime/install/python/kobel_forker.py
extern const uint64_t kobel_forker_py_size;
extern const char kobel_program_py[]; // runtime/install/python/kobel_program.py
extern const uint64_t kobel_program_py_size;
extern const char kobel_setup_py[]; // runtime/install/python/kobel_setup.py
extern const uint64_t kobel_setup_py_size;
extern const char primer_py[]; // runtime/install/python/primer.py
extern const uint64_t primer_py_size;

// --- the interpreter ---

static bool find_directory(const struct installation *self, char out_path[static FILE_PATH_MAX],
                           struct error *err) {
    return file_join(out_path, FILE_PATH_MAX, err, self->directory, INSTALLED_PYTHON, NULL);
}

static bool choose(const struct installation *self, struct python_interpreter *out,
                   char out_directory[static FILE_PATH_MAX], struct error *err) {
    char python[FILE_PATH_MAX];

    return find_directory(self, python, err) &&
           file_join(out_directory, FILE_PATH_MAX, err, python, INSTALLED_PYTHON_INTERPRETER,
                     NULL) &&
           python_interpreter_choose(self->runtime, file_exists, out_directory, out, err);
}

static void report_choice(const struct installation *self,
                          const struct python_interpreter *interpreter) {
    char step[120];

    if (interpreter->minor == interpreter->wanted) return;
    (void)text_format(step, sizeof step,
                      "python 3.%d, the nearest here to the service's 3.%d with this runtime",
                      interpreter->minor, interpreter->wanted);
    installation_report(self, step, -1);
}

// --- pip ---

struct environment {
    char directory[FILE_PATH_MAX];
    char site[FILE_PATH_MAX];
    char module[FILE_PATH_MAX];
    char interpreter_directory[FILE_PATH_MAX]; // of Maven's
    struct python_interpreter interpreter;
};

static bool explain_pip(const struct installation *self, const struct environment *python,
                        struct error *err) {
    return error_set(
        err, ERROR_UNAVAILABLE,
        "pip could not install apache-flink==%s for Python 3.%d (%s; pip's output is in "
        "%s/pip.log). It needs python3 with pip, and what pip needs to download packages",
        self->version, python->interpreter.minor, python->interpreter.path, self->scratch);
}

// The user's pip, with his configuration, for the interpreter of the sandbox.
static bool run_pip(const struct installation *self, const struct environment *python,
                    const char *const *words, struct error *err) {
    AUTO(argument_list_release) struct argument_list pip = {0};

    argument_list_add_all(&pip, "/usr/bin/env", "python3", "-m", "pip", "--python",
                          python->interpreter.path, "install", "--disable-pip-version-check",
                          "--no-input", "--no-compile", "--no-warn-script-location",
                          "--root-user-action", "ignore", "--prefer-binary", "--target",
                          python->site, NULL);
    argument_list_add_copy(&pip, words);
    return installation_run(self, argument_list_items(&pip), "pip.log", err) ||
           explain_pip(self, python, err);
}

static bool run_own(const struct installation *self, const struct environment *python,
                    const char *command, const char *log, struct error *err) {
    const char *const words[] = {
        python->interpreter.path, "-I", python->module, command, python->site, NULL};

    return installation_run(self, words, log, err) ||
           error_prefix(err, "prepare PyFlink (see %s/%s)", self->scratch, log);
}

static bool install_packages(const struct installation *self, const struct environment *python,
                             struct error *err) {
    static const char LIST[] = "requirements.txt";
    char package[64];
    char list[FILE_PATH_MAX];

    (void)text_format(package, sizeof package, "apache-flink==%s", self->version);
    const char *const flink[] = {"--no-deps", "--only-binary", ":all:", package, NULL};
    const char *const others[] = {"-r", list, NULL};
    installation_report(self, "python packages", -1);
    return file_join(list, sizeof list, err, self->scratch, LIST, NULL) &&
           run_pip(self, python, flink, err) && run_own(self, python, "install", LIST, err) &&
           run_pip(self, python, others, err);
}

// --- kobel's own files ---

static const struct {
    const char *name;
    const char *text;
    const uint64_t *size;
} own_files[] = {
    {INSTALLED_PYTHON_MODULE, kobel_python_py, &kobel_python_py_size},
    {INSTALLED_PYTHON_FORKER, kobel_forker_py, &kobel_forker_py_size},
    {INSTALLED_PYTHON_RUN, kobel_program_py, &kobel_program_py_size},
    {INSTALLED_PYTHON_SETUP, kobel_setup_py, &kobel_setup_py_size},
    {INSTALLED_PYTHON_PRIMER, primer_py, &primer_py_size},
};

static bool write_own_files(const struct environment *python, struct error *err) {
    char path[FILE_PATH_MAX];

    for (size_t index = 0; index < COUNT_OF(own_files); index++)
        if (!file_join(path, sizeof path, err, python->directory, own_files[index].name, NULL) ||
            !file_write_atomically(path, own_files[index].text, *own_files[index].size, 0644, err))
            return false;
    return true;
}

static bool write_own(const struct environment *python, struct error *err) {
    char bin[FILE_PATH_MAX];
    char command[FILE_PATH_MAX];

    if (!file_join(bin, sizeof bin, err, python->directory, "bin", NULL) ||
        !file_join(command, sizeof command, err, bin, "python", NULL) ||
        !file_make_directories(bin, 0755, err) || !write_own_files(python, err))
        return false;
    // Isolated, and without the search for packages: it only hands its arguments over.
    AUTO(memory_free)
    char *launcher = memory_format(
        "#!%s -IS\nimport os\nimport sys\n"
        "sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))\n"
        "import kobel_python\nkobel_python.launch(sys.argv[1:])\n",
        python->interpreter.path);
    return file_write_atomically(command, launcher, strlen(launcher), 0755, err);
}

static bool is_same(const char *directory, const char *name, const char *expected) {
    AUTO(buffer_release) struct buffer text = BUFFER_INIT(1 << 20);
    char path[FILE_PATH_MAX];

    return file_join(path, sizeof path, NULL, directory, name, NULL) &&
           file_read(path, &text, NULL) && text_equal(buffer_text(&text), expected);
}

// Of another kobel, which wrote the same format.
static bool is_own_changed(const struct environment *python) {
    for (size_t index = 0; index < COUNT_OF(own_files); index++)
        if (!is_same(python->directory, own_files[index].name, own_files[index].text)) return true;
    return false;
}

static bool write_facts(const struct installation *self, const struct environment *python,
                        struct error *err) {
    AUTO(json_decref) json_t *facts = json_new_object();
    char version[16];
    char path[FILE_PATH_MAX];

    (void)text_format(version, sizeof version, "3.%d", python->interpreter.minor);
    json_put_text(facts, "flinkVersion", self->version);
    json_put_text(facts, "interpreter", python->interpreter.path);
    json_put_text(facts, "version", version);
    json_put_int(facts, "format", INSTALLED_PYTHON_FORMAT);
    json_put_int(facts, "sizeBytes", file_tree_size_bytes(python->directory));
    AUTO(memory_free) char *text = json_print(facts);
    return file_join(path, sizeof path, err, python->directory, INSTALLED_PYTHON_FACTS, NULL) &&
           file_write_atomically(path, text, strlen(text), 0644, err);
}

static bool compile_own(const struct installation *self, const struct environment *python,
                        struct error *err) {
    AUTO(argument_list_release) struct argument_list words = {0};

    argument_list_add_all(&words, python->interpreter.path, "-m", "compileall", "-q", NULL);
    for (size_t index = 0; index < COUNT_OF(own_files); index++)
        argument_list_add_format(&words, "%s/%s", python->directory, own_files[index].name);
    return installation_run(self, argument_list_items(&words), "pip.log", err);
}

static bool refresh(const struct installation *self, const struct environment *python,
                    struct error *err) {
    installation_report(self, "replace kobel's own files for python", -1);
    return file_remove_tree(self->scratch, err) &&
           file_make_directories(self->scratch, 0755, err) && write_own(python, err) &&
           compile_own(self, python, err) && file_remove_tree(self->scratch, err);
}

static bool build(const struct installation *self, const struct environment *python,
                  struct error *err) {
    // Of an installation that was interrupted, or by an earlier kobel.
    return file_remove_tree(python->directory, err) &&
           file_make_directories(python->site, 0755, err) &&
           python_interpreter_fetch(self, &python->interpreter, python->interpreter_directory,
                                    err) &&
           write_own(python, err) && compile_own(self, python, err) &&
           install_packages(self, python, err) &&
           (installation_report(self, "compile python", -1), true) &&
           run_own(self, python, "finish", "python.log", err) && write_facts(self, python, err);
}

bool python_packages_check(const struct installation *self, struct error *err) {
    struct python_interpreter interpreter;
    char directory[FILE_PATH_MAX];

    return choose(self, &interpreter, directory, err);
}

bool python_packages_install(struct installation *self, struct error *err) {
    struct environment python = {0};
    struct installed_python existing;
    char jar[FILE_PATH_MAX];

    if (!find_directory(self, python.directory, err) ||
        !file_join(python.site, FILE_PATH_MAX, err, python.directory, INSTALLED_PYTHON_SITE,
                   NULL) ||
        !file_join(python.module, FILE_PATH_MAX, err, python.directory, INSTALLED_PYTHON_MODULE,
                   NULL))
        return false;
    if (installed_python_find(self->directory, &existing)) {
        (void)text_copy(python.interpreter.path, FILE_PATH_MAX, existing.interpreter);
        return !is_own_changed(&python) || refresh(self, &python, err);
    }
    if (!installed_python_find_jar(self->directory, jar, err) ||
        !choose(self, &python.interpreter, python.interpreter_directory, err))
        return false;
    report_choice(self, &python.interpreter);
    return file_remove_tree(self->scratch, err) &&
           file_make_directories(self->scratch, 0755, err) && build(self, &python, err) &&
           file_remove_tree(self->scratch, err);
}
