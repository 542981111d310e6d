#include "runtime/local/python_program.h"

#include "base/file_inside.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/zip_directory.h"
#include "runtime/flink/python_traceback.h"
#include "runtime/local/class_path_jar.h"
#include "runtime/local/workspace.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { TRACEBACK_MAX_BYTES = 65536 };

// --- checks ---

static bool is_within(const char *path) {
    return path[0] != '/' && !text_starts_with(path, "../") && strstr(path, "/../") == NULL &&
           !text_equal(path, "..") && !text_ends_with(path, "/..");
}

// The next name of a list with commas, without spaces around it; NULL: there are no more.
static char *next_name(char **rest) {
    char *name = strsep(rest, ",");

    if (name == NULL) return NULL;
    name += strspn(name, " ");
    for (size_t length = strlen(name); length > 0 && name[length - 1] == ' '; length--)
        name[length - 1] = '\0';
    return name;
}

static bool check_file(const char *key, const char *name, const char *directory,
                       struct error *err) {
    char path[FILE_PATH_MAX];

    if (is_within(name) && file_join(path, sizeof path, NULL, directory, name, NULL) &&
        file_exists(path))
        return true;
    return error_set(err, ERROR_INVALID,
                     "The property %s names '%.200s', which is not in the zip of the application.",
                     key, name);
}

// Calls check_file() for each of a list with commas; of an archive, for what is before '#'.
static bool check_list(const char *key, const char *names, const char *directory,
                       struct error *err) {
    AUTO(memory_free) char *copy = memory_format("%s", names);
    char *rest = copy;

    for (char *name = next_name(&rest); name != NULL; name = next_name(&rest)) {
        name[strcspn(name, "#")] = '\0';
        if (name[0] != '\0' && !check_file(key, name, directory, err)) return false;
    }
    return true;
}

static bool check_jar(const char *name, const char *directory, struct error *err) {
    AUTO(zip_directory_close) struct zip_directory *zip = NULL;
    char path[FILE_PATH_MAX];

    if (!check_file("jarfile", name, directory, err)) return false;
    if (file_join(path, sizeof path, NULL, directory, name, NULL) && !file_is_directory(path) &&
        zip_directory_open(path, &zip, NULL) && zip != NULL)
        return true;
    return error_set(err, ERROR_INVALID, "The property jarfile names '%.200s', which is not a jar.",
                     name);
}

bool python_program_check(const struct python_options *options, const char *directory,
                          struct error *err) {
    const char *jar = options->jar;

    if (strpbrk(jar, ",;") != NULL)
        return error_set(
            err, ERROR_INVALID,
            "The property jarfile names several jars: '%.200s'. The service takes one: "
            "merge them into one jar.",
            jar);
    return (options->main[0] == '\0' || check_file("python", options->main, directory, err)) &&
           (jar[0] == '\0' || check_jar(jar, directory, err)) &&
           check_list("pyFiles", options->files, directory, err) &&
           check_list("pyArchives", options->archives, directory, err);
}

// --- the submission ---

static void add_word(json_t *words, const char *word) {
    json_add(words, json_new_text(word));
}

// Without what names the directory itself: Flink needs a path that ends in a name.
static int length_of(const char *name) {
    size_t length = strlen(name);

    while (length > 0 && (name[length - 1] == '/' ||
                          (name[length - 1] == '.' && (length == 1 || name[length - 2] == '/'))))
        length--;
    return (int)length;
}

// A list with commas, of paths in the zip, as a setting with whole paths.
static void put_paths(json_t *settings, const char *key, const char *directory, const char *names) {
    AUTO(buffer_release) struct buffer paths = BUFFER_INIT(1 << 20);
    AUTO(memory_free) char *copy = memory_format("%s", names);
    char *rest = copy;

    for (char *name = next_name(&rest); name != NULL; name = next_name(&rest)) {
        if (name[0] == '\0') continue;
        int length = length_of(name);
        (void)buffer_append_format(&paths, "%s%s%s%.*s", paths.size_bytes == 0 ? "" : ",",
                                   directory, length == 0 ? "" : "/", length, name);
    }
    if (paths.size_bytes > 0) json_put_text(settings, key, buffer_text(&paths));
}

static void add_settings(const struct python_options *options, const char *directory,
                         const struct installed_python *python, json_t *settings) {
    json_put_text(settings, "python.executable", python->command);
    json_put_text(settings, "python.client.executable", python->command);
    put_paths(settings, "python.files", directory, options->files);
    put_paths(settings, "python.archives", directory, options->archives);
    // A module is found only in what is given as files.
    if (options->main[0] == '\0' && options->files[0] == '\0')
        json_put_text(settings, "python.files", directory);
}

void python_program_add(const struct python_options *options, const char *directory,
                        const struct installed_python *python, json_t *body) {
    AUTO(memory_free) char *main = memory_format("%s/%s", directory, options->main);
    bool has_main = options->main[0] != '\0';
    json_t *words = json_new_array();

    // Flink's PythonDriver hands what follows to the program: files and archives are settings.
    add_word(words, has_main ? "--python" : "--pyModule");
    add_word(words, has_main ? main : options->module);
    json_put(body, "programArgsList", words);
    add_settings(options, directory, python, json_object_get(body, "flinkConfiguration"));
}

bool python_program_write_jar(const struct python_options *options, const char *directory,
                              const struct installed_python *python, const char *cluster_directory,
                              struct error *err) {
    AUTO(memory_free) char *jar = memory_format("%s/%s", directory, options->jar);
    const char *const jars[] = {python->program, jar};
    AUTO(file_close) int upload = -1;

    return file_open_directory_inside(cluster_directory, WORKSPACE_UPLOAD, &upload, err) &&
           class_path_jar_write(upload, PYTHON_PROGRAM_JAR_ID, INSTALLED_PYTHON_PROGRAM_CLASS, jars,
                                options->jar[0] == '\0' ? 1 : 2, err);
}

// --- the failure ---

bool python_program_reason(const char *cluster_directory, char *out, size_t size_bytes) {
    AUTO(buffer_release) struct buffer text = BUFFER_INIT(TRACEBACK_MAX_BYTES);

    return file_read_tail_inside(cluster_directory, WORKSPACE_LOG "/" PYTHON_PROGRAM_TRACEBACK,
                                 TRACEBACK_MAX_BYTES, &text, NULL) &&
           python_traceback_read(buffer_text(&text), out, size_bytes);
}
