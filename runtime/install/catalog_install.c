#include "runtime/install/catalog_install.h"

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "runtime/install/class_archives.h"
#include "runtime/install/distribution.h"
#include "runtime/install/own_programs.h"
#include "runtime/install/package.h"
#include "runtime/install/python_packages.h"
#include "runtime/install/s3_plugin.h"
#include "runtime/installed/catalog.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>

// The service's runtimes from 1.15 on are without Scala: programs bring the version that they want.
static bool remove_scala(void *userdata, const char *name, bool is_directory, struct error *err) {
    const char *lib = userdata;
    char path[FILE_PATH_MAX];

    if (is_directory || !text_starts_with(name, "flink-scala_")) return true;
    return file_join(path, sizeof path, err, lib, name, NULL) && file_remove_tree(path, err);
}

// Without what the service does not have, and with what it has, and kobel's own programs.
static bool adapt(const struct installation *self, char *lib, struct error *err) {
    AUTO(memory_free) char *class_path = NULL;

    return file_list(lib, remove_scala, lib, err) && catalog_class_path(lib, &class_path, err) &&
           own_programs_add(self, class_path, err) && s3_plugin_add(self, err);
}

static bool prepare(const struct installation *self, struct error *err) {
    AUTO(installed_runtime_release)
    struct installed_runtime runtime = {.runtime = self->runtime, .makes_archives = true};
    char lib[FILE_PATH_MAX];
    char primer[FILE_PATH_MAX];

    (void)text_copy(runtime.directory, sizeof runtime.directory, self->directory);
    if (!file_join(lib, sizeof lib, err, self->directory, "lib", NULL) ||
        !file_join(primer, sizeof primer, err, self->directory, CATALOG_PRIMER, NULL) ||
        !file_join(runtime.jobmanager_archive, FILE_PATH_MAX, err, self->directory,
                   CATALOG_JOBMANAGER_ARCHIVE, NULL) ||
        !file_join(runtime.taskmanager_archive, FILE_PATH_MAX, err, self->directory,
                   CATALOG_TASKMANAGER_ARCHIVE, NULL) ||
        !adapt(self, lib, err) || !catalog_class_path(lib, &runtime.class_path, err))
        return false;
    installation_report(self, "prepare", -1);
    return class_archives_make(&runtime, &self->java, primer, self->scratch, err);
}

// --- all steps ---

static bool write_facts(const struct installation *self, struct error *err) {
    AUTO(json_decref) json_t *facts = json_new_object();
    char python[FILE_PATH_MAX];
    char path[FILE_PATH_MAX];

    json_put_text(facts, "runtimeEnvironment", self->name);
    json_put_text(facts, "flinkVersion", self->version);
    json_put_text(facts, "java", self->java.home);
    json_put_int(facts, "format", CATALOG_FORMAT);
    if (!file_join(python, sizeof python, err, self->directory, INSTALLED_PYTHON, NULL))
        return false;
    json_put_int(facts, "sizeBytes",
                 file_tree_size_bytes(self->directory) - file_tree_size_bytes(python));
    AUTO(memory_free) char *text = json_print(facts);
    return file_join(path, sizeof path, err, self->directory, CATALOG_FACTS_FILE, NULL) &&
           file_write_atomically(path, text, strlen(text), 0644, err);
}

// One installation of a runtime at a time; the lock ends with the process.
static bool lock(const struct installation *self, const char *runtimes_directory, int *out_fd,
                 struct error *err) {
    char path[FILE_PATH_MAX];

    if (!text_format(path, sizeof path, "%s/.%s.lock", runtimes_directory, self->name))
        return error_set(err, ERROR_INVALID, "the path of the runtimes directory is too long");
    AUTO(file_close) int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0) return error_system(err, errno, "lock '%s'", path);
    bool is_free = flock(fd, LOCK_EX | LOCK_NB) == 0;
    if (!is_free) installation_report(self, "wait for another installation", -1);
    if (!is_free && flock(fd, LOCK_EX) < 0) return error_system(err, errno, "lock '%s'", path);
    *out_fd = file_take(&fd);
    return true;
}

// The facts file is written last: without it a runtime is not installed.
static bool install(struct installation *self, struct error *err) {
    // An interrupted installation may have left files, without the facts file.
    if (!file_remove_tree(self->directory, err) || !file_remove_tree(self->scratch, err) ||
        !file_make_directories(self->directory, 0755, err) ||
        !file_make_directories(self->scratch, 0755, err))
        return false;
    if (!java_find(&self->java, err)) return false;
    if (!distribution_obtain(self, err) || !distribution_check(self, err) || !prepare(self, err))
        return false;
    return file_remove_tree(self->scratch, err) && write_facts(self, err);
}

// Adds what an earlier kobel did not install.
static bool complete(struct installation *self, const struct installed_runtime *existing,
                     struct error *err) {
    return (own_programs_are_there(self) && s3_plugin_is_there(self->directory)) ||
           (file_remove_tree(self->scratch, err) &&
            file_make_directories(self->scratch, 0755, err) && java_find(&self->java, err) &&
            own_programs_add(self, existing->class_path, err) && s3_plugin_add(self, err) &&
            write_facts(self, err) && file_remove_tree(self->scratch, err));
}

struct catalog_presence catalog_install_find(const char *runtimes_directory,
                                             enum runtime_environment runtime) {
    AUTO(installed_runtime_release) struct installed_runtime installed = {0};
    struct package_presence package = package_find(runtime_environment_flink_version(runtime));

    return (struct catalog_presence){
        .is_installed = catalog_find(runtimes_directory, runtime, &installed, NULL) &&
                        installed.format == CATALOG_FORMAT,
        .has_python = installed.python.directory[0] != '\0',
        .is_downloaded = package.is_complete,
        .part_bytes = package.size_bytes,
    };
}

// An installation of an earlier kobel makes room, once its successor is at hand.
static bool clear(struct installation *self, const char *runtimes_directory, struct error *err) {
    char archive[FILE_PATH_MAX];

    installation_report(self, "replace the installation of an earlier kobel", -1);
    return file_make_directories(self->scratch, 0755, err) &&
           (self->from != NULL || package_obtain(self, archive, err)) &&
           catalog_remove(runtimes_directory, self->runtime, false, err);
}

static bool choose_directories(struct installation *self, const char *runtimes_directory,
                               struct error *err) {
    char scratch_name[64];

    self->name = runtime_environment_name(self->runtime);
    self->version = runtime_environment_flink_version(self->runtime);
    if (self->version == NULL)
        return error_set(err, ERROR_UNSUPPORTED, "runtime %s cannot be run here", self->name);
    (void)text_format(scratch_name, sizeof scratch_name, ".%s.scratch", self->name);
    return file_make_directories(runtimes_directory, 0755, err) &&
           file_join(self->directory, FILE_PATH_MAX, err, runtimes_directory, self->name, NULL) &&
           file_join(self->scratch, FILE_PATH_MAX, err, runtimes_directory, scratch_name, NULL);
}

// `existing`: without a format when there is none.
static bool bring_up(struct installation *self, const struct installed_runtime *existing,
                     const char *runtimes_directory, struct error *err) {
    if (existing->format == CATALOG_FORMAT) return complete(self, existing, err);
    return (existing->directory[0] == '\0' || clear(self, runtimes_directory, err)) &&
           install(self, err);
}

bool catalog_install(const struct catalog_install_options *options, struct error *err) {
    AUTO(installed_runtime_release) struct installed_runtime existing = {0};
    AUTO(file_close) int lock_fd = -1;
    struct installation self = {.runtime = options->runtime,
                                .from = options->from,
                                .with_python = options->with_python,
                                .progress = options->progress,
                                .added = options->added,
                                .userdata = options->userdata};

    if (!choose_directories(&self, options->runtimes_directory, err) ||
        !lock(&self, options->runtimes_directory, &lock_fd, err))
        return false;
    bool is_there = catalog_find(options->runtimes_directory, options->runtime, &existing, NULL) &&
                    existing.format == CATALOG_FORMAT;
    bool had_python = existing.python.directory[0] != '\0';
    self.with_python |= had_python;
    if ((self.with_python && !had_python && !python_packages_check(&self, err)) ||
        !bring_up(&self, &existing, options->runtimes_directory, err) ||
        (self.with_python && !python_packages_install(&self, err)))
        return error_prefix(err, "install %s", self.name);
    bool is_old = is_there && had_python == self.with_python;
    installation_report(&self, is_old ? "installed already" : "installed", 1);
    return true;
}
