// A script of SQL statements as a jar: kobel's driver, the script, and the jars that it needs.
#include "base/archive_file.h"
#include "base/buffer.h"
#include "base/text.h"
#include "cli/package/package_parts.h"

#include <string.h>

static const size_t ENTRY_MAX_BYTES = (size_t)4 << 20;
// The driver reads there how the script is called.
static const char NAME_ENTRY[] = "kobel-script";

static bool copy_entry(struct zip_write *zip, struct archive_file *driver, const char *name,
                       struct error *err) {
    AUTO(buffer_release) struct buffer bytes = BUFFER_INIT(ENTRY_MAX_BYTES);
    char block[16384];
    size_t got = 0;

    do {
        if (!archive_file_read(driver, block, sizeof block, &got, err) ||
            !buffer_append(&bytes, block, got, err))
            return false;
    } while (got > 0);
    return zip_write_bytes(zip, name, buffer_text(&bytes), bytes.size_bytes, err);
}

static bool add_driver(struct zip_write *zip, const char *path, struct error *err) {
    AUTO(archive_file_close) struct archive_file *driver = NULL;
    const char *name = "";

    if (!archive_file_open(path, ARCHIVE_KIND_ZIP_DIRECTORY, &driver, err))
        return error_prefix(err, "'%s'", path);
    while (name != NULL) {
        if (!archive_file_next(driver, &name, err)) return error_prefix(err, "'%s'", path);
        if (name != NULL && name[0] != '\0' && !copy_entry(zip, driver, name, err)) return false;
    }
    return true;
}

// --- jars in lib/ beside the script ---

struct adding {
    struct zip_write *zip;
    const struct package_source *source;
    const char *directory;
};

static bool is_given(const struct package_source *source, const char *name) {
    for (size_t index = 0; index < source->jar_count; index++)
        if (text_equal(package_file_name(source->jars[index]), name)) return true;
    return false;
}

// A jar of --jar replaces one of the same name.
static bool add_jar(void *userdata, const char *name, bool is_directory, struct error *err) {
    const struct adding *adding = userdata;
    char entry[PACKAGE_NAME_SIZE];
    char path[FILE_PATH_MAX];

    if (is_directory || name[0] == '.' || !text_ends_with(name, ".jar")) return true;
    if (is_given(adding->source, name)) return true;
    if (!text_format(entry, sizeof entry, "lib/%s", name))
        return error_set(err, ERROR_INVALID, "the name of the jar '%s' is too long", name);
    return file_join(path, sizeof path, err, adding->directory, name, NULL) &&
           zip_write_file(adding->zip, entry, path, err);
}

static bool add_lib(struct zip_write *zip, const struct package_source *source, struct error *err) {
    char root[FILE_PATH_MAX];
    char lib[FILE_PATH_MAX];
    struct adding adding = {zip, source, lib};

    package_root(source->path, root);
    if (!file_join(lib, sizeof lib, err, root, "lib", NULL)) return false;
    return !file_is_directory(lib) || file_list(lib, add_jar, &adding, err);
}

bool package_add_sql(struct zip_write *zip, const struct package_source *source,
                     struct error *err) {
    const char *name = package_file_name(source->path);

    return add_driver(zip, source->driver, err) &&
           zip_write_bytes(zip, NAME_ENTRY, name, strlen(name), err) &&
           zip_write_file(zip, name, source->path, err) && add_lib(zip, source, err) &&
           package_add_jars(zip, source, err);
}
