#include "cli/package/package.h"

#include "base/text.h"
#include "cli/package/package_parts.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static bool has_main(const char *directory) {
    char path[FILE_PATH_MAX];

    return file_join(path, sizeof path, NULL, directory, "main.py", NULL) && file_exists(path);
}

enum package_kind package_kind_of(const char *path) {
    if (text_ends_with(path, ".sql")) return PACKAGE_SQL;
    if (text_ends_with(path, ".py") || file_is_directory(path)) return PACKAGE_PYTHON;
    return PACKAGE_ARCHIVE;
}

const char *package_file_name(const char *path) {
    const char *slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}

void package_root(const char *path, char out[static FILE_PATH_MAX]) {
    const char *name = package_file_name(path);

    if (file_is_directory(path))
        (void)text_copy(out, FILE_PATH_MAX, path);
    else if (name == path)
        (void)text_copy(out, FILE_PATH_MAX, ".");
    else
        (void)text_format(out, FILE_PATH_MAX, "%.*s", (int)(name - path), path);
}

void package_release(struct package *package) {
    if (package->fd >= 0) file_close(package->fd);
    *package = (struct package){.fd = -1};
}

// --- what is given ---

static bool check_jars(const struct package_source *source, struct error *err) {
    for (size_t index = 0; index < source->jar_count; index++) {
        const char *jar = source->jars[index];
        if (!file_exists(jar)) return error_set(err, ERROR_NOT_FOUND, "there is no file '%s'", jar);
        for (size_t other = 0; other < index; other++)
            if (text_equal(package_file_name(jar), package_file_name(source->jars[other])))
                return error_set(err, ERROR_INVALID, "two jars are called %s",
                                 package_file_name(jar));
    }
    return true;
}

static bool check(const struct package_source *source, enum package_kind kind, struct error *err) {
    if (!file_exists(source->path))
        return error_set(err, ERROR_NOT_FOUND, "there is no file '%s'", source->path);
    if (kind == PACKAGE_ARCHIVE && source->jar_count > 0)
        return error_set(err, ERROR_INVALID,
                         "--jar is for scripts: put what '%s' needs into it when it is built",
                         source->path);
    if (kind == PACKAGE_PYTHON && file_is_directory(source->path) && !has_main(source->path))
        return error_set(err, ERROR_NOT_FOUND,
                         "'%s' has no main.py: give the script itself, if it has another name",
                         source->path);
    return check_jars(source, err);
}

// --- the archive ---

bool package_add_jars(struct zip_write *zip, const struct package_source *source,
                      struct error *err) {
    for (size_t index = 0; index < source->jar_count; index++) {
        char name[PACKAGE_NAME_SIZE];
        if (!text_format(name, sizeof name, "lib/%s", package_file_name(source->jars[index])))
            return error_set(err, ERROR_INVALID, "the name of '%s' is too long",
                             source->jars[index]);
        if (!zip_write_file(zip, name, source->jars[index], err)) return false;
    }
    return true;
}

static bool write_archive(const struct package_source *source, struct package *package,
                          struct error *err) {
    AUTO(zip_write_free) struct zip_write *zip = NULL;

    if (!zip_write_open(package->fd, &zip, err)) return false;
    bool is_added = package->kind == PACKAGE_SQL
                        ? package_add_sql(zip, source, err)
                        : package_add_python(zip, source, &package->python, err);
    return is_added && zip_write_end(zip, err);
}

bool package_make(const struct package_source *source, struct package *out_package,
                  struct error *err) {
    AUTO(package_release)
    struct package package = {.kind = package_kind_of(source->path), .fd = -1};

    if (!check(source, package.kind, err)) return false;
    package.is_python = package.kind == PACKAGE_PYTHON;
    if (package.kind == PACKAGE_ARCHIVE) {
        if (!text_copy(package.path, sizeof package.path, source->path))
            return error_set(err, ERROR_INVALID, "the path '%.100s...' is too long", source->path);
    } else {
        package.fd = memfd_create("application", MFD_CLOEXEC);
        if (package.fd < 0) return error_system(err, errno, "make the archive of the application");
        (void)text_format(package.path, sizeof package.path, "/proc/self/fd/%d", package.fd);
        if (!write_archive(source, &package, err)) return false;
    }
    *out_package = package;
    package.fd = -1;
    return true;
}
