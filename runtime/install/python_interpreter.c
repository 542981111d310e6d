#include "runtime/install/python_interpreter.h"

#include "base/text.h"
#include "runtime/host/argument_list.h"
#include "runtime/installed/installed_python.h"

#include <errno.h>
#include <stdio.h>

extern const char no_lzma_py[]; // runtime/install/python/no_lzma.py
extern const uint64_t no_lzma_py_size;

// Python 3.N for which PyFlink has packages; 3.8 is also the oldest that kobel's files run on. 0:
// any.
static const struct {
    int from;
    int to;
    const char *artifact;
} supported[RUNTIME_COUNT] = {
    [RUNTIME_FLINK_1_18] = {8, 10, "3.10.8-1.5.8"},
    [RUNTIME_FLINK_1_19] = {8, 11, NULL},
    [RUNTIME_FLINK_1_20] = {8, 11, NULL},
    [RUNTIME_FLINK_2_2] = {9, 12, NULL},
    [RUNTIME_FLINK_2_3] = {9, 12, NULL},
};

// Whole installations of CPython, for Linux on x86-64.
#define GROUP      "org.bytedeco"
#define NAME       "cpython"
#define CLASSIFIER "linux-x86_64"

enum { MINORS_APART_MAX = 6 };
// What a sandbox shows: no interpreter in a home directory.
static const char *const directories[] = {"/usr/bin", "/usr/local/bin"};

// --- the choice ---

static bool is_supported(enum runtime_environment runtime, int minor) {
    return supported[runtime].to == 0 ||
           (minor >= supported[runtime].from && minor <= supported[runtime].to);
}

static bool find_minor(int minor, python_exists_fn *exists, char out_path[static FILE_PATH_MAX]) {
    for (size_t index = 0; index < COUNT_OF(directories); index++) {
        (void)text_format(out_path, FILE_PATH_MAX, "%s/python3.%d", directories[index], minor);
        if (exists(out_path)) return true;
    }
    return false;
}

static bool find_here(enum runtime_environment runtime, python_exists_fn *exists,
                      struct python_interpreter *out) {
    for (int apart = 0; apart <= MINORS_APART_MAX; apart++)
        for (int sign = -1; sign <= 1; sign += 2) {
            out->minor = out->wanted + sign * apart;
            if (is_supported(runtime, out->minor) && find_minor(out->minor, exists, out->path))
                return true;
        }
    return false;
}

static bool explain(enum runtime_environment runtime, struct error *err) {
    const char *name = runtime_environment_name(runtime);
    char range[32];

    if (supported[runtime].to == 0)
        return error_set(err, ERROR_UNAVAILABLE,
                         "there is no Python in /usr/bin or /usr/local/bin: install the Debian "
                         "package python3");
    (void)text_format(range, sizeof range, "3.%d to 3.%d", supported[runtime].from,
                      supported[runtime].to);
    return error_set(err, ERROR_UNAVAILABLE,
                     "programs in Python on %s need Python %s, because PyFlink %s has no packages "
                     "for another one, and there is none in /usr/bin or /usr/local/bin. Put it "
                     "there as python3.%d",
                     name, range, runtime_environment_flink_version(runtime),
                     runtime_environment_python_minor(runtime));
}

bool python_interpreter_choose(enum runtime_environment runtime, python_exists_fn *exists,
                               const char *directory, struct python_interpreter *out,
                               struct error *err) {
    if (!installed_python_may_run(runtime, err)) return false;
    *out = (struct python_interpreter){.wanted = runtime_environment_python_minor(runtime)};
    if (find_here(runtime, exists, out)) return true;
    if (supported[runtime].artifact == NULL) return explain(runtime, err);
    out->artifact = supported[runtime].artifact;
    out->minor = supported[runtime].to;
    return text_format(out->path, FILE_PATH_MAX, "%s/bin/python3.%d", directory, out->minor) ||
           error_set(err, ERROR_INVALID, "the path of the runtimes directory is too long");
}

// --- Maven's ---

// From the user's Maven, which knows where artifacts come from.
static bool download(const struct installation *self, const char *version, struct error *err) {
    AUTO(argument_list_release) struct argument_list command = {0};

    installation_report(self, "download python", -1);
    argument_list_add_all(&command, "/usr/bin/env", "mvn", "-B", "dependency:copy", NULL);
    argument_list_add_format(&command, "-Dartifact=" GROUP ":" NAME ":%s:jar:" CLASSIFIER, version);
    argument_list_add_format(&command, "-DoutputDirectory=%s", self->scratch);
    return installation_run(self, argument_list_items(&command), "mvn.log", err) ||
           error_set(err, ERROR_UNAVAILABLE,
                     "there is no Python of a version that %s can use in /usr/bin or "
                     "/usr/local/bin, and Maven (mvn) could not download " GROUP ":" NAME
                     ":%s (its output is in %s/mvn.log)",
                     self->name, version, self->scratch);
}

static bool unpack(const struct installation *self, const struct python_interpreter *interpreter,
                   const char *directory, struct error *err) {
    AUTO(argument_list_release) struct argument_list command = {0};
    AUTO(argument_list_release) struct argument_list permit = {0};
    char all[FILE_PATH_MAX];
    char made[FILE_PATH_MAX];

    if (!file_join(all, sizeof all, err, self->scratch, NAME, NULL) ||
        !file_join(made, sizeof made, err, all, "org/bytedeco/" NAME "/" CLASSIFIER, NULL))
        return false;
    argument_list_add_all(&command, "/usr/bin/env", "python3", "-m", "zipfile", "-e", NULL);
    argument_list_add_format(&command, "%s/" NAME "-%s-" CLASSIFIER ".jar", self->scratch,
                             interpreter->artifact);
    argument_list_add(&command, all);
    argument_list_add_all(&permit, "/bin/chmod", "0755", interpreter->path, NULL);
    if (!installation_run(self, argument_list_items(&command), "python.log", err)) return false;
    if (rename(made, directory) < 0) return error_system(err, errno, "rename '%s'", made);
    return installation_run(self, argument_list_items(&permit), NULL, err);
}

// What PyFlink needs imports lzma, which Maven's does not have.
static bool add_lzma(const struct python_interpreter *interpreter, const char *directory,
                     struct error *err) {
    char path[FILE_PATH_MAX];

    return text_format(path, sizeof path, "%s/lib/python3.%d/_lzma.py", directory,
                       interpreter->minor) &&
           file_write_atomically(path, no_lzma_py, no_lzma_py_size, 0644, err);
}

bool python_interpreter_fetch(const struct installation *self,
                              const struct python_interpreter *interpreter, const char *directory,
                              struct error *err) {
    char what[64];

    if (interpreter->artifact == NULL) return true;
    (void)text_format(what, sizeof what, "CPython %s", interpreter->artifact);
    if (!download(self, interpreter->artifact, err) || !unpack(self, interpreter, directory, err) ||
        !add_lzma(interpreter, directory, err))
        return false;
    installation_added(self, what, "Maven, " GROUP ":" NAME);
    return true;
}
