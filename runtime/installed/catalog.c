#include "runtime/installed/catalog.h"

#include "base/memory.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

void installed_runtime_release(struct installed_runtime *runtime) {
    memory_free(runtime->class_path);
    runtime->class_path = NULL;
}

static bool directory_of(const char *runtimes_directory, enum runtime_environment runtime,
                         char out[static FILE_PATH_MAX], struct error *err) {
    return file_join(out, FILE_PATH_MAX, err, runtimes_directory, runtime_environment_name(runtime),
                     NULL);
}

// --- class path ---

struct class_path {
    const char *directory;
    struct buffer text;
    char last[256]; // flink-dist comes last, as in Flink's own scripts
};

static bool add_jar(void *userdata, const char *name, bool is_directory, struct error *err) {
    struct class_path *path = userdata;

    (void)err;
    if (is_directory || !text_ends_with(name, ".jar")) return true;
    if (text_starts_with(name, "flink-dist")) {
        (void)text_copy(path->last, sizeof path->last, name);
        return true;
    }
    (void)buffer_append_format(&path->text, "%s/%s:", path->directory, name);
    return true;
}

bool catalog_class_path(const char *lib_directory, char **out_class_path, struct error *err) {
    struct class_path path = {.directory = lib_directory, .text = BUFFER_INIT(65536)};
    bool listed = file_list(lib_directory, add_jar, &path, err);

    if (listed) {
        (void)buffer_append_format(&path.text, "%s/%s", lib_directory, path.last);
        *out_class_path = buffer_take_text(&path.text);
    }
    buffer_release(&path.text);
    return listed;
}

// --- one runtime ---

static bool read_facts(const char *directory, json_t **out_facts, struct error *err) {
    AUTO(buffer_release) struct buffer text = BUFFER_INIT(65536);
    char path[FILE_PATH_MAX];

    return file_join(path, sizeof path, err, directory, CATALOG_FACTS_FILE, NULL) &&
           file_read(path, &text, err) &&
           json_parse(buffer_text(&text), text.size_bytes, out_facts, err);
}

static void find_archive(const char *directory, const char *name, char out[static FILE_PATH_MAX]) {
    if (!file_join(out, FILE_PATH_MAX, NULL, directory, name, NULL) || !file_exists(out))
        out[0] = '\0';
}

bool catalog_find(const char *runtimes_directory, enum runtime_environment runtime,
                  struct installed_runtime *out_runtime, struct error *err) {
    AUTO(installed_runtime_release) struct installed_runtime found = {.runtime = runtime};
    AUTO(json_decref) json_t *facts = NULL;
    char lib[FILE_PATH_MAX];
    const char *name = runtime_environment_name(runtime);

    if (!directory_of(runtimes_directory, runtime, found.directory, err)) return false;
    if (!read_facts(found.directory, &facts, err))
        return error_set(err, ERROR_UNAVAILABLE,
                         "runtime %s is not installed: kobel runtime install %s", name, name);
    if (!file_join(lib, sizeof lib, err, found.directory, "lib", NULL) ||
        !catalog_class_path(lib, &found.class_path, err))
        return false;
    (void)text_copy(found.flink_version, sizeof found.flink_version,
                    json_text_or(facts, "flinkVersion", ""));
    found.size_bytes = json_int_or(facts, "sizeBytes", 0);
    found.format = (int)json_int_or(facts, "format", 1);
    // The JVM ignores an archive that does not fit it (-Xshare:auto).
    find_archive(found.directory, CATALOG_JOBMANAGER_ARCHIVE, found.jobmanager_archive);
    find_archive(found.directory, CATALOG_TASKMANAGER_ARCHIVE, found.taskmanager_archive);
    (void)installed_python_find(found.directory, &found.python);
    *out_runtime = found;
    found.class_path = NULL;
    return true;
}

// As it was recorded: the status of a daemon has it, and with Python there are many files.
static int64_t size_of(const struct installed_runtime *runtime) {
    bool has_python = runtime->python.directory[0] != '\0';

    if (runtime->size_bytes == 0 || (has_python && runtime->python.size_bytes == 0))
        return file_tree_size_bytes(runtime->directory);
    return runtime->size_bytes + runtime->python.size_bytes;
}

bool catalog_list(const char *runtimes_directory, json_t **out_runtimes, struct error *err) {
    json_t *list = json_new_array();
    struct error missing;

    (void)err;
    for (int index = 0; index < RUNTIME_COUNT; index++) {
        AUTO(installed_runtime_release) struct installed_runtime runtime = {0};
        if (!catalog_find(runtimes_directory, (enum runtime_environment)index, &runtime, &missing))
            continue;
        json_t *one = json_new_object();
        json_put_text(one, "runtimeEnvironment",
                      runtime_environment_name((enum runtime_environment)index));
        json_put_text(one, "flinkVersion", runtime.flink_version);
        json_put_int(one, "sizeBytes", size_of(&runtime));
        json_put_bool(one, "archives",
                      runtime.jobmanager_archive[0] != '\0' &&
                          runtime.taskmanager_archive[0] != '\0');
        json_put_bool(one, "isOutdated", runtime.format != CATALOG_FORMAT);
        if (runtime.python.directory[0] != '\0')
            json_put_text(one, "python", runtime.python.version);
        json_put_text(one, "directory", runtime.directory);
        json_add(list, one);
    }
    *out_runtimes = list;
    return true;
}

// --- holding and removing ---

static bool is_of(int fd, const char *directory) {
    struct stat held;
    struct stat there;

    return fd >= 0 && fstat(fd, &held) == 0 && stat(directory, &there) == 0 &&
           held.st_dev == there.st_dev && held.st_ino == there.st_ino;
}

bool catalog_hold(const char *runtimes_directory, enum runtime_environment runtime, int *held_fd,
                  struct error *err) {
    char directory[FILE_PATH_MAX];

    if (!directory_of(runtimes_directory, runtime, directory, err)) return false;
    if (is_of(*held_fd, directory)) return true;
    file_close(*held_fd);
    *held_fd = -1;
    AUTO(file_close) int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || flock(fd, LOCK_SH | LOCK_NB) < 0)
        return error_set(err, ERROR_UNAVAILABLE, "runtime %s cannot be held: %s",
                         runtime_environment_name(runtime), strerror(errno));
    *held_fd = file_take(&fd);
    return true;
}

bool catalog_remove(const char *runtimes_directory, enum runtime_environment runtime, bool by_force,
                    struct error *err) {
    const char *name = runtime_environment_name(runtime);
    char directory[FILE_PATH_MAX];
    char facts[FILE_PATH_MAX];

    if (!directory_of(runtimes_directory, runtime, directory, err) ||
        !file_join(facts, sizeof facts, err, directory, CATALOG_FACTS_FILE, NULL))
        return false;
    AUTO(file_close) int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return error_set(err, ERROR_NOT_FOUND, "runtime %s is not installed in '%.300s'", name,
                         runtimes_directory);
    if (flock(fd, LOCK_EX | LOCK_NB) < 0 && !by_force)
        return error_set(err, ERROR_CONFLICT,
                         "runtime %s is in use by an application of a daemon that runs. Stop the "
                         "application, or use --force: it then runs until its next restart, which "
                         "fails",
                         name);
    // Without its facts file it is not installed, even if the rest cannot be removed.
    return file_remove_tree(facts, err) && file_remove_tree(directory, err);
}
