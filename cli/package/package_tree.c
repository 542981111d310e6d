#include "cli/package/package_tree.h"

#include "base/file.h"
#include "base/text.h"

struct tree {
    package_tree_fn *visit;
    void *userdata;
    int files;
};

struct level {
    struct tree *tree;
    const char *directory; // its path
    const char *prefix;    // of names in it: "" or "lib/"
    int depth;
};

static bool is_left_out(const char *name, const char *path, bool is_directory) {
    char config[FILE_PATH_MAX];

    if (name[0] == '.') return true;
    if (!is_directory) return text_ends_with(name, ".pyc");
    if (text_equal(name, "__pycache__")) return true;
    // A virtual environment has any name.
    return file_join(config, sizeof config, NULL, path, "pyvenv.cfg", NULL) && file_exists(config);
}

static bool visit_level(const struct level *level, struct error *err);

static bool visit_directory(const struct level *above, const char *name, const char *path,
                            struct error *err) {
    char prefix[FILE_PATH_MAX];
    struct level level = {above->tree, path, prefix, above->depth + 1};

    if (level.depth > PACKAGE_TREE_DEPTH_MAX ||
        !text_format(prefix, sizeof prefix, "%s%s/", above->prefix, name))
        return error_set(err, ERROR_LIMIT, "'%s' has too many directories in each other", path);
    return visit_level(&level, err);
}

static bool visit_entry(void *userdata, const char *name, bool is_directory, struct error *err) {
    const struct level *level = userdata;
    char path[FILE_PATH_MAX];
    char shown[FILE_PATH_MAX];

    if (!file_join(path, sizeof path, err, level->directory, name, NULL)) return false;
    if (is_left_out(name, path, is_directory)) return true;
    if (is_directory) return visit_directory(level, name, path, err);
    if (++level->tree->files > PACKAGE_TREE_FILES_MAX)
        return error_set(err, ERROR_LIMIT, "the directory has more than %d files",
                         PACKAGE_TREE_FILES_MAX);
    if (!text_format(shown, sizeof shown, "%s%s", level->prefix, name))
        return error_set(err, ERROR_LIMIT, "the path '%.100s...' is too long", path);
    return level->tree->visit(level->tree->userdata, shown, path, err);
}

static bool visit_level(const struct level *level, struct error *err) {
    struct level own = *level;

    return file_list(level->directory, visit_entry, &own, err);
}

bool package_tree_visit(const char *directory, package_tree_fn *visit, void *userdata,
                        struct error *err) {
    struct tree tree = {.visit = visit, .userdata = userdata};
    struct level level = {&tree, directory, "", 0};

    return visit_level(&level, err);
}
