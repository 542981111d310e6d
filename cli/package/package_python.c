// A Python application as the service takes it: a zip with the script at the top level, and beside
// it whatever is in its directory.
#include "base/text.h"
#include "cli/package/package_parts.h"
#include "cli/package/package_tree.h"

#include <string.h>

struct adding {
    struct zip_write *zip;
    const struct package_source *source;
    struct package_python *python;
};

// --- where modules lie ---

// "dep" of "dep/numpy/core.py"; "" of "main.py". False: it is too long.
static bool top_of(const char *name, char out[static PACKAGE_NAME_SIZE]) {
    const char *slash = strchr(name, '/');

    return text_format(out, PACKAGE_NAME_SIZE, "%.*s", slash == NULL ? 0 : (int)(slash - name),
                       name);
}

static bool has_place(const char *places, const char *place) {
    size_t length = strlen(place);

    for (const char *at = places; *at != '\0';) {
        size_t end = strcspn(at, ",");
        if (end == length && strncmp(at, place, length) == 0) return true;
        at += end + (at[end] == ',');
    }
    return false;
}

static void add_place(struct package_python *python, const char *place) {
    size_t used = strlen(python->files);

    if (has_place(python->files, place)) return;
    // What does not fit can be given as a property.
    if (!text_format(python->files + used, sizeof python->files - used, "%s%s",
                     used == 0 ? "" : ",", place))
        python->files[used] = '\0';
}

static bool is_package(const struct adding *adding, const char *top) {
    char root[FILE_PATH_MAX];
    char path[FILE_PATH_MAX];

    package_root(adding->source->path, root);
    return file_join(path, sizeof path, NULL, root, top, "__init__.py", NULL) && file_exists(path);
}

// Flink adds directories to the path of Python: a module or package beside the script needs the top
// level itself, a directory with packages in it needs that directory.
static void learn_module(const struct adding *adding, const char *name) {
    char top[PACKAGE_NAME_SIZE];
    char place[PACKAGE_NAME_SIZE + 1];

    if (!text_ends_with(name, ".py") || text_equal(name, adding->python->main)) return;
    if (!top_of(name, top)) return;
    if (top[0] == '\0' || is_package(adding, top)) {
        add_place(adding->python, ".");
        return;
    }
    (void)text_format(place, sizeof place, "%s/", top);
    add_place(adding->python, place);
}

// --- files ---

static void learn_jar(const char *name, struct package_python *python) {
    if (!text_starts_with(name, "lib/") || !text_ends_with(name, ".jar")) return;
    if (python->jar_count++ == 0) (void)text_copy(python->jar, sizeof python->jar, name);
}

// A jar of --jar replaces one of the same name.
static bool is_replaced(const struct package_source *source, const char *name) {
    for (size_t index = 0; index < source->jar_count; index++)
        if (text_starts_with(name, "lib/") &&
            text_equal(package_file_name(source->jars[index]), name + strlen("lib/")))
            return true;
    return false;
}

static bool add_file(void *userdata, const char *name, const char *path, struct error *err) {
    const struct adding *adding = userdata;

    if (is_replaced(adding->source, name)) return true;
    learn_jar(name, adding->python);
    learn_module(adding, name);
    return zip_write_file(adding->zip, name, path, err);
}

static void learn_given_jars(const struct package_source *source, struct package_python *python) {
    for (size_t index = 0; index < source->jar_count; index++) {
        char name[PACKAGE_NAME_SIZE];
        if (text_format(name, sizeof name, "lib/%s", package_file_name(source->jars[index])))
            learn_jar(name, python);
    }
}

bool package_add_python(struct zip_write *zip, const struct package_source *source,
                        struct package_python *python, struct error *err) {
    bool is_directory = file_is_directory(source->path);
    struct adding adding = {zip, source, python};
    char root[FILE_PATH_MAX];

    package_root(source->path, root);
    if (!text_copy(python->main, sizeof python->main,
                   is_directory ? "main.py" : package_file_name(source->path)))
        return error_set(err, ERROR_INVALID, "the name of the script is too long");
    if (!package_tree_visit(root, add_file, &adding, err)) return false;
    learn_given_jars(source, python);
    return package_add_jars(zip, source, err);
}
