#include "runtime/install/catalog_install.h"

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "runtime/host/argument_list.h"
#include "runtime/host/java.h"
#include "runtime/host/process.h"
#include "runtime/install/archive_unpack.h"
#include "runtime/install/class_archives.h"
#include "runtime/installed/catalog.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

extern const char primer_java[]; // runtime/install/primer/Primer.java
extern const uint64_t primer_java_size;

static const char PACKAGE[] = "apache-flink-libraries";
static const int64_t UNPACKED_MAX_BYTES = (int64_t)2 << 30;
static const int64_t ENTRIES_MAX = 20000;

struct installation {
    const struct catalog_install_options *options;
    const char *name;    // "FLINK-1_20"
    const char *version; // "1.20.3"
    char directory[FILE_PATH_MAX];
    char scratch[FILE_PATH_MAX];
    struct java java;
};

static void report(const struct installation *self, const char *step, double fraction) {
    if (self->options->progress != NULL)
        self->options->progress(self->options->userdata, step, fraction);
}

// `log`: the name in the scratch directory of what it prints; NULL: nobody wants to know.
static bool run_command(const struct installation *self, const char *const *arguments,
                        const char *log, struct error *err) {
    struct process_spec spec = {.arguments = arguments,
                                .environment = (const char *const *)environ,
                                .output_root = self->scratch,
                                .output = log};

    return process_run_and_wait(&spec, err);
}

// --- obtaining ---

static bool cache_directory(char out[static FILE_PATH_MAX], struct error *err) {
    const char *cache = getenv("XDG_CACHE_HOME");
    const char *home = getenv("HOME");

    if (!text_is_empty(cache))
        return file_join(out, FILE_PATH_MAX, err, cache, "kobel/downloads", NULL);
    return file_join(out, FILE_PATH_MAX, err, home == NULL ? "/tmp" : home,
                     ".cache/kobel/downloads", NULL);
}

struct find {
    const char *directory;
    char path[FILE_PATH_MAX];
};

static bool find_archive(void *userdata, const char *name, bool is_directory, struct error *err) {
    struct find *find = userdata;

    if (is_directory || !text_ends_with(name, ".tar.gz")) return true;
    return file_join(find->path, sizeof find->path, err, find->directory, name, NULL);
}

// The package from the user's own pip, kept in the cache for the next installation.
static bool download(const struct installation *self, char out_archive[static FILE_PATH_MAX],
                     struct error *err) {
    AUTO(argument_list_release) struct argument_list command = {0};
    char cache[FILE_PATH_MAX];
    char file[128];
    char partial[FILE_PATH_MAX];
    struct find fresh = {.directory = partial};

    (void)text_format(file, sizeof file, "%s-%s.tar.gz", PACKAGE, self->version);
    if (!cache_directory(cache, err) || !file_make_directories(cache, 0755, err) ||
        !file_join(out_archive, FILE_PATH_MAX, err, cache, file, NULL))
        return false;
    if (file_exists(out_archive)) return true;

    report(self, "download", -1);
    if (!file_join(partial, sizeof partial, err, self->scratch, "download", NULL) ||
        !file_make_directories(partial, 0755, err))
        return false;
    argument_list_add_all(&command, "/usr/bin/env", "python3", "-m", "pip", "download", "--no-deps",
                          "--no-binary", ":all:", "--disable-pip-version-check", "-d", partial,
                          NULL);
    argument_list_add_format(&command, "%s==%s", PACKAGE, self->version);
    if (!run_command(self, argument_list_items(&command), "pip.log", err))
        return error_set(err, ERROR_UNAVAILABLE,
                         "pip could not download %s==%s (python3 -m pip; its words are in "
                         "%s/pip.log). --from takes an official Flink distribution instead",
                         PACKAGE, self->version, self->scratch);
    // Named apache-flink-libraries-… by older packagers and apache_flink_libraries-… by newer ones.
    if (!file_list(partial, find_archive, &fresh, err)) return false;
    // Into the cache in one piece, so that a download that was cut off is never taken for a whole
    // one.
    AUTO(argument_list_release) struct argument_list move = {0};
    argument_list_add_all(&move, "/bin/mv", "-f", fresh.path, out_archive, NULL);
    return run_command(self, argument_list_items(&move), NULL, err);
}

// lib/, opt/ and plugins/ of the distribution, wherever they are: deps/lib in the pip package,
// <top>/lib in the official one.
static bool select_entry(const char *entry_path, char *out_path, size_t size_bytes) {
    static const char *const wanted[] = {"lib/", "opt/", "plugins/"};

    for (const char *at = strchr(entry_path, '/'); at != NULL; at = strchr(at + 1, '/')) {
        for (size_t index = 0; index < COUNT_OF(wanted); index++)
            if (text_starts_with(at + 1, wanted[index]))
                return text_copy(out_path, size_bytes, at + 1);
        if (!text_starts_with(at + 1, "deps/")) return false;
    }
    return false;
}

static void on_unpacked(void *userdata, double fraction) {
    report(userdata, "unpack", fraction);
}

static bool copy_part(const struct installation *self, const char *from, const char *part,
                      struct error *err) {
    AUTO(argument_list_release) struct argument_list command = {0};
    char source[FILE_PATH_MAX];

    if (!file_join(source, sizeof source, err, from, part, NULL)) return false;
    if (!file_is_directory(source)) return true;
    argument_list_add_all(&command, "/bin/cp", "-rL", source, self->directory, NULL);
    return run_command(self, argument_list_items(&command), NULL, err);
}

static bool copy_directory(const struct installation *self, const char *from, struct error *err) {
    char deps[FILE_PATH_MAX];

    if (!file_join(deps, sizeof deps, err, from, "deps", NULL)) return false;
    const char *top = file_is_directory(deps) ? deps : from;
    report(self, "copy", -1);
    return copy_part(self, top, "lib", err) && copy_part(self, top, "opt", err) &&
           copy_part(self, top, "plugins", err);
}

static bool obtain(struct installation *self, struct error *err) {
    char downloaded[FILE_PATH_MAX];
    const char *from = self->options->from;

    if (from != NULL && !file_exists(from))
        return error_set(err, ERROR_NOT_FOUND, "'%s' does not exist", from);
    if (from != NULL && file_is_directory(from)) return copy_directory(self, from, err);
    if (from == NULL && !download(self, downloaded, err)) return false;
    struct archive_unpack_options unpack = {
        .archive_path = from == NULL ? downloaded : from,
        .target_directory = self->directory,
        .select = select_entry,
        .limit_bytes = UNPACKED_MAX_BYTES,
        .limit_entries = ENTRIES_MAX,
        .progress = on_unpacked,
        .userdata = self,
    };
    return archive_unpack(&unpack, err);
}

// --- checking ---

static const char *const needed_jars[] = {"flink-dist-",          "flink-table-api-java-uber-",
                                          "flink-table-runtime-", "flink-table-planner-loader-",
                                          "flink-json-",          "flink-csv-",
                                          "log4j-core-",          "log4j-api-",
                                          "log4j-slf4j-impl-"};

struct jar_check {
    bool is_there[COUNT_OF(needed_jars)];
};

static bool tick_jar(void *userdata, const char *name, bool is_directory, struct error *err) {
    struct jar_check *check = userdata;

    (void)is_directory;
    (void)err;
    for (size_t index = 0; index < COUNT_OF(needed_jars); index++)
        if (text_starts_with(name, needed_jars[index])) check->is_there[index] = true;
    return true;
}

static bool check_jars(const struct installation *self, struct error *err) {
    AUTO(buffer_release) struct buffer missing = BUFFER_INIT(512);
    struct jar_check check = {0};
    char lib[FILE_PATH_MAX];

    report(self, "check", -1);
    if (!file_join(lib, sizeof lib, err, self->directory, "lib", NULL)) return false;
    if (!file_is_directory(lib) || !file_list(lib, tick_jar, &check, err))
        return error_set(err, ERROR_INVALID, "this is no Flink distribution: it has no lib folder");
    for (size_t index = 0; index < COUNT_OF(needed_jars); index++)
        if (!check.is_there[index])
            (void)buffer_append_format(&missing, "%s%s*.jar", missing.size_bytes == 0 ? "" : ", ",
                                       needed_jars[index]);
    return missing.size_bytes == 0 ||
           error_set(err, ERROR_INVALID, "this is no whole Flink distribution: lib lacks %s",
                     buffer_text(&missing));
}

// --- the primer ---

static bool compile_primer(const struct installation *self, const char *class_path,
                           const char *primer_path, struct error *err) {
    AUTO(argument_list_release) struct argument_list javac = {0};
    AUTO(argument_list_release) struct argument_list jar = {0};
    char source[FILE_PATH_MAX];
    char classes[FILE_PATH_MAX];

    report(self, "compile", -1);
    if (!file_join(source, sizeof source, err, self->scratch, "Primer.java", NULL) ||
        !file_join(classes, sizeof classes, err, self->scratch, "classes", NULL) ||
        !file_write_atomically(source, primer_java, primer_java_size, 0644, err))
        return false;
    argument_list_add_format(&javac, "%s/bin/javac", self->java.home);
    if (!file_exists(javac.items[0]))
        return error_set(err, ERROR_UNAVAILABLE,
                         "'%s' is a Java runtime without a compiler: install the Debian package "
                         "openjdk-17-jdk-headless",
                         self->java.home);
    argument_list_add_all(&javac, "-nowarn", "-proc:none", "-d", classes, "-classpath", class_path,
                          source, NULL);
    argument_list_add_format(&jar, "%s/bin/jar", self->java.home);
    argument_list_add_all(&jar, "--create", "--file", primer_path, "--main-class", "kobel.Primer",
                          "-C", classes, ".", NULL);
    return run_command(self, argument_list_items(&javac), "javac.log", err) &&
           run_command(self, argument_list_items(&jar), "javac.log", err);
}

static bool prepare(const struct installation *self, struct error *err) {
    AUTO(installed_runtime_release)
    struct installed_runtime runtime = {.runtime = self->options->runtime, .makes_archives = true};
    char lib[FILE_PATH_MAX];
    char primer[FILE_PATH_MAX];

    (void)text_copy(runtime.directory, sizeof runtime.directory, self->directory);
    if (!file_join(lib, sizeof lib, err, self->directory, "lib", NULL) ||
        !file_join(primer, sizeof primer, err, self->directory, CATALOG_PRIMER, NULL) ||
        !file_join(runtime.jobmanager_archive, FILE_PATH_MAX, err, self->directory,
                   CATALOG_JOBMANAGER_ARCHIVE, NULL) ||
        !file_join(runtime.taskmanager_archive, FILE_PATH_MAX, err, self->directory,
                   CATALOG_TASKMANAGER_ARCHIVE, NULL) ||
        !catalog_class_path(lib, &runtime.class_path, err))
        return false;
    if (!compile_primer(self, runtime.class_path, primer, err)) return false;
    report(self, "prepare", -1);
    return class_archives_make(&runtime, &self->java, primer, self->scratch, err);
}

// --- the whole ---

static bool write_facts(const struct installation *self, struct error *err) {
    AUTO(json_decref) json_t *facts = json_new_object();
    char path[FILE_PATH_MAX];

    json_put_text(facts, "runtimeEnvironment", self->name);
    json_put_text(facts, "flinkVersion", self->version);
    json_put_text(facts, "java", self->java.home);
    AUTO(memory_free) char *text = json_print(facts);
    return file_join(path, sizeof path, err, self->directory, CATALOG_FACTS_FILE, NULL) &&
           file_write_atomically(path, text, strlen(text), 0644, err);
}

// One installation of a runtime at a time; the lock ends with the process.
static bool lock(const struct installation *self, int *out_fd, struct error *err) {
    char path[FILE_PATH_MAX];

    if (!text_format(path, sizeof path, "%s/.%s.lock", self->options->runtimes_directory,
                     self->name))
        return error_set(err, ERROR_INVALID, "the path of the runtimes directory is too long");
    AUTO(file_close) int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0) return error_system(err, errno, "lock '%s'", path);
    bool is_free = flock(fd, LOCK_EX | LOCK_NB) == 0;
    if (!is_free) report(self, "wait for another installation", -1);
    if (!is_free && flock(fd, LOCK_EX) < 0) return error_system(err, errno, "lock '%s'", path);
    *out_fd = file_take(&fd);
    return true;
}

// Obtain, unpack, check, compile the primer, make the archives, and only then write the file that
// makes it count.
static bool install(struct installation *self, struct error *err) {
    // What an interrupted installation left has no facts file, and is no runtime to anybody.
    if (!file_remove_tree(self->directory, err) || !file_remove_tree(self->scratch, err) ||
        !file_make_directories(self->directory, 0755, err) ||
        !file_make_directories(self->scratch, 0755, err))
        return false;
    if (!java_find(&self->java, err)) return false;
    if (!obtain(self, err) || !check_jars(self, err) || !prepare(self, err)) return false;
    return file_remove_tree(self->scratch, err) && write_facts(self, err);
}

bool catalog_install(const struct catalog_install_options *options, struct error *err) {
    AUTO(installed_runtime_release) struct installed_runtime existing = {0};
    AUTO(file_close) int lock_fd = -1;
    struct installation self = {.options = options};
    char scratch_name[64];
    struct error missing;

    self.name = runtime_environment_name(options->runtime);
    self.version = runtime_environment_flink_version(options->runtime);
    if (self.version == NULL)
        return error_set(err, ERROR_UNSUPPORTED, "runtime %s cannot be run here", self.name);
    (void)text_format(scratch_name, sizeof scratch_name, ".%s.scratch", self.name);
    if (!file_make_directories(options->runtimes_directory, 0755, err) ||
        !file_join(self.directory, FILE_PATH_MAX, err, options->runtimes_directory, self.name,
                   NULL) ||
        !file_join(self.scratch, FILE_PATH_MAX, err, options->runtimes_directory, scratch_name,
                   NULL) ||
        !lock(&self, &lock_fd, err))
        return false;
    if (catalog_find(options->runtimes_directory, options->runtime, &existing, &missing)) {
        report(&self, "installed already", 1);
        return true;
    }
    if (!install(&self, err)) return error_prefix(err, "install %s", self.name);
    report(&self, "installed", 1);
    return true;
}
