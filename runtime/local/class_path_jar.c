#include "runtime/local/class_path_jar.h"

#include "base/buffer.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/sigv4.h"
#include "base/zip_write.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum {
    MANIFEST_MAX_BYTES = 65536,
    // Of a line in bytes, its end not included: what is longer continues behind a space.
    LINE_MAX_BYTES = 70,
};

// The list is of URLs with spaces between them.
static void append_url(struct buffer *list, const char *path) {
    AUTO(memory_free) char *escaped = sigv4_escape(path, true);

    (void)buffer_append_format(list, "%sfile:%s", list->size_bytes == 0 ? "" : " ", escaped);
}

static void append_line(struct buffer *manifest, const char *key, const char *value) {
    size_t room = LINE_MAX_BYTES - strlen(key) - strlen(": ");

    (void)buffer_append_format(manifest, "%s: ", key);
    for (; strlen(value) > room; value += room, room = LINE_MAX_BYTES - 1)
        (void)buffer_append_format(manifest, "%.*s\n ", (int)room, value);
    (void)buffer_append_format(manifest, "%s\n", value);
}

static bool write_manifest(int fd, const struct buffer *manifest, struct error *err) {
    AUTO(zip_write_free) struct zip_write *zip = NULL;

    return zip_write_open(fd, &zip, err) &&
           zip_write_bytes(zip, "META-INF/MANIFEST.MF", manifest->data, manifest->size_bytes,
                           err) &&
           zip_write_end(zip, err);
}

bool class_path_jar_write(int directory, const char *name, const char *main_class,
                          const char *const *jars, size_t count, struct error *err) {
    AUTO(buffer_release) struct buffer list = BUFFER_INIT(MANIFEST_MAX_BYTES);
    AUTO(buffer_release) struct buffer manifest = BUFFER_INIT(MANIFEST_MAX_BYTES);

    for (size_t index = 0; index < count; index++)
        append_url(&list, jars[index]);
    append_line(&manifest, "Manifest-Version", "1.0");
    append_line(&manifest, "Main-Class", main_class);
    append_line(&manifest, "Class-Path", buffer_text(&list));
    (void)unlinkat(directory, name, 0);
    AUTO(file_close)
    int fd = openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (fd < 0) return error_system(err, errno, "write '%s'", name);
    return write_manifest(fd, &manifest, err);
}
