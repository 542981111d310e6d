#include "runtime/install/python_packages.h"

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "runtime/host/argument_list.h"
#include "runtime/installed/installed_python.h"

#include <stdlib.h>
#include <string.h>

extern const char kobel_python_py[]; // runtime/install/python/kobel_python.py
extern const uint64_t kobel_python_py_size;
extern const char kobel_setup_py[]; // runtime/install/python/kobel_setup.py
extern const uint64_t kobel_setup_py_size;
extern const char primer_py[]; // runtime/install/python/primer.py
extern const uint64_t primer_py_size;

// --- the interpreter ---

enum { MINORS_APART_MAX = 6 };
// What a sandbox shows: no interpreter in a home directory.
static const char *const directories[] = {"/usr/bin", "/usr/local/bin"};

static bool find_minor(int minor, python_exists_fn *exists, char out_path[static FILE_PATH_MAX]) {
    for (size_t index = 0; index < COUNT_OF(directories); index++) {
        (void)text_format(out_path, FILE_PATH_MAX, "%s/python3.%d", directories[index], minor);
        if (exists(out_path)) return true;
    }
    return false;
}

bool python_packages_choose(enum runtime_environment runtime, python_exists_fn *exists,
                            char out_path[static FILE_PATH_MAX], int *out_minor, int *out_wanted) {
    int wanted = runtime_environment_python_minor(runtime);

    *out_wanted = wanted;
    for (int apart = 0; apart <= MINORS_APART_MAX; apart++)
        for (int sign = -1; sign <= 1; sign += 2) {
            *out_minor = wanted + sign * apart;
            if (find_minor(*out_minor, exists, out_path)) return true;
        }
    return false;
}

static bool choose(const struct installation *self, char out_path[static FILE_PATH_MAX],
                   int *out_minor, int *out_wanted, struct error *err) {
    char step[120];

    if (!python_packages_choose(self->runtime, file_exists, out_path, out_minor, out_wanted))
        return error_set(err, ERROR_UNAVAILABLE,
                         "there is no Python in /usr/bin or /usr/local/bin: install the Debian "
                         "package python3");
    if (*out_minor == *out_wanted) return true;
    (void)text_format(step, sizeof step,
                      "python 3.%d, the nearest here to the service's 3.%d with this runtime",
                      *out_minor, *out_wanted);
    installation_report(self, step, -1);
    return true;
}

// --- pip ---

struct environment {
    char directory[FILE_PATH_MAX];
    char site[FILE_PATH_MAX];
    char module[FILE_PATH_MAX];
    char interpreter[FILE_PATH_MAX];
    int minor;
    int wanted; // the service's
};

static bool explain_pip(const struct installation *self, const struct environment *python,
                        struct error *err) {
    return error_set(
        err, ERROR_UNAVAILABLE,
        "pip could not install apache-flink==%s for Python 3.%d (%s; pip's output is in "
        "%s/pip.log). %s",
        self->version, python->minor, python->interpreter, self->scratch,
        python->minor != python->wanted
            ? "PyFlink may have no packages for this version of Python: install the one of the "
              "service as /usr/bin/python3.N, or use another runtime"
            : "It needs python3 with pip, and what pip needs to download packages");
}

// The user's pip, with his configuration, for the interpreter of the sandbox.
static bool run_pip(const struct installation *self, const struct environment *python,
                    const char *const *words, struct error *err) {
    AUTO(argument_list_release) struct argument_list pip = {0};

    argument_list_add_all(
        &pip, "/usr/bin/env", "python3", "-m", "pip", "--python", python->interpreter, "install",
        "--disable-pip-version-check", "--no-input", "--no-compile", "--no-warn-script-location",
        "--root-user-action", "ignore", "--prefer-binary", "--target", python->site, NULL);
    argument_list_add_copy(&pip, words);
    return installation_run(self, argument_list_items(&pip), "pip.log", err) ||
           explain_pip(self, python, err);
}

static bool run_own(const struct installation *self, const struct environment *python,
                    const char *command, const char *log, struct error *err) {
    const char *const words[] = {python->interpreter, "-I", python->module, command,
                                 python->site,        NULL};

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

static bool write_own(const struct environment *python, struct error *err) {
    char primer[FILE_PATH_MAX];
    char setup[FILE_PATH_MAX];
    char bin[FILE_PATH_MAX];
    char command[FILE_PATH_MAX];

    if (!file_join(primer, sizeof primer, err, python->directory, INSTALLED_PYTHON_PRIMER, NULL) ||
        !file_join(setup, sizeof setup, err, python->directory, INSTALLED_PYTHON_SETUP, NULL) ||
        !file_join(bin, sizeof bin, err, python->directory, "bin", NULL) ||
        !file_join(command, sizeof command, err, bin, "python", NULL) ||
        !file_make_directories(bin, 0755, err))
        return false;
    // Isolated, and without the search for packages: it only hands its arguments over.
    AUTO(memory_free)
    char *launcher = memory_format(
        "#!%s -IS\nimport os\nimport sys\n"
        "sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))\n"
        "import kobel_python\nkobel_python.launch(sys.argv[1:])\n",
        python->interpreter);
    return file_write_atomically(python->module, kobel_python_py, kobel_python_py_size, 0644,
                                 err) &&
           file_write_atomically(setup, kobel_setup_py, kobel_setup_py_size, 0644, err) &&
           file_write_atomically(primer, primer_py, primer_py_size, 0644, err) &&
           file_write_atomically(command, launcher, strlen(launcher), 0755, err);
}

static bool write_facts(const struct installation *self, const struct environment *python,
                        struct error *err) {
    AUTO(json_decref) json_t *facts = json_new_object();
    char version[16];
    char path[FILE_PATH_MAX];

    (void)text_format(version, sizeof version, "3.%d", python->minor);
    json_put_text(facts, "flinkVersion", self->version);
    json_put_text(facts, "interpreter", python->interpreter);
    json_put_text(facts, "version", version);
    json_put_int(facts, "format", INSTALLED_PYTHON_FORMAT);
    json_put_int(facts, "sizeBytes", file_tree_size_bytes(python->directory));
    AUTO(memory_free) char *text = json_print(facts);
    return file_join(path, sizeof path, err, python->directory, INSTALLED_PYTHON_FACTS, NULL) &&
           file_write_atomically(path, text, strlen(text), 0644, err);
}

static bool compile_own(const struct installation *self, const struct environment *python,
                        struct error *err) {
    const char *const words[] = {python->interpreter, "-m", "compileall", "-q",
                                 python->module,      NULL};

    return installation_run(self, words, "pip.log", err);
}

static bool build(const struct installation *self, const struct environment *python,
                  struct error *err) {
    // Of an installation that was interrupted, or by an earlier kobel.
    return file_remove_tree(python->directory, err) &&
           file_make_directories(python->site, 0755, err) && write_own(python, err) &&
           compile_own(self, python, err) && install_packages(self, python, err) &&
           (installation_report(self, "compile python", -1), true) &&
           run_own(self, python, "finish", "python.log", err) && write_facts(self, python, err);
}

bool python_packages_install(struct installation *self, struct error *err) {
    struct environment python = {0};
    struct installed_python existing;
    char jar[FILE_PATH_MAX];

    if (installed_python_find(self->directory, &existing)) return true;
    if (!installed_python_find_jar(self->directory, jar, err) ||
        !choose(self, python.interpreter, &python.minor, &python.wanted, err) ||
        !file_join(python.directory, FILE_PATH_MAX, err, self->directory, INSTALLED_PYTHON, NULL) ||
        !file_join(python.site, FILE_PATH_MAX, err, python.directory, INSTALLED_PYTHON_SITE,
                   NULL) ||
        !file_join(python.module, FILE_PATH_MAX, err, python.directory, INSTALLED_PYTHON_MODULE,
                   NULL))
        return false;
    return file_remove_tree(self->scratch, err) &&
           file_make_directories(self->scratch, 0755, err) && build(self, &python, err) &&
           file_remove_tree(self->scratch, err);
}
