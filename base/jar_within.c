#include "base/jar_within.h"

#include "base/archive_file.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/zip_shape.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

struct jar_within {
    struct archive_file *archive; // positioned at the jar
    char name[FILE_PATH_MAX];
    int64_t copied_bytes;
};

static bool fail(struct error *err) {
    return error_prefix(err, "the zip cannot be read");
}

// --- what kind of file ---

enum { LOCAL_HEADER_BYTES = 30, NAME_SEEN_BYTES = 512 };

// Most jars can be recognised by their first entry, without reading their central directory.
static bool may_hold_a_jar(const char *path, bool *out_may, struct error *err) {
    unsigned char head[LOCAL_HEADER_BYTES + NAME_SEEN_BYTES];
    char name[NAME_SEEN_BYTES + 1] = "";
    struct zip_shape shape = {0};

    AUTO(file_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return error_system(err, errno, "open '%s'", path);
    ssize_t got = read(fd, head, sizeof head);
    if (got < 0) return error_system(err, errno, "read '%s'", path);
    *out_may = got > LOCAL_HEADER_BYTES && memcmp(head, "PK\3\4", 4) == 0;
    if (!*out_may) return true;
    size_t length = head[26] | (size_t)head[27] << 8;
    size_t seen = (size_t)got - LOCAL_HEADER_BYTES;
    (void)text_format(name, sizeof name, "%.*s", (int)(length < seen ? length : seen),
                      (const char *)head + LOCAL_HEADER_BYTES);
    zip_shape_add(name, &shape);
    *out_may = !zip_shape_is_decided(&shape);
    return true;
}

// --- entries ---

// The only jar; "" when there is none or more than one, or when the zip itself is a program.
static bool find_jar(const char *path, char *out_jar, size_t size_bytes, struct error *err) {
    AUTO(archive_file_close) struct archive_file *archive = NULL;
    struct zip_shape shape = {0};
    const char *name = "";

    out_jar[0] = '\0';
    if (!archive_file_open(path, ARCHIVE_KIND_ZIP_DIRECTORY, &archive, err)) return false;
    while (name != NULL && !zip_shape_is_decided(&shape)) {
        if (!archive_file_next(archive, &name, err)) return false;
        if (name != NULL) zip_shape_add(name, &shape);
    }
    const char *jar = zip_shape_jar(&shape);
    if (jar != NULL) (void)text_copy(out_jar, size_bytes, jar);
    return true;
}

static bool seek_jar(const char *path, const char *wanted, struct archive_file **out_archive,
                     struct error *err) {
    AUTO(archive_file_close) struct archive_file *archive = NULL;
    const char *name = "";

    *out_archive = NULL;
    if (!archive_file_open(path, ARCHIVE_KIND_ZIP_DIRECTORY, &archive, err)) return false;
    while (name != NULL && !text_equal(name, wanted))
        if (!archive_file_next(archive, &name, err)) return false;
    if (name == NULL) return error_set(err, ERROR_INVALID, "the file changed while it was read");
    *out_archive = TAKE(archive);
    return true;
}

bool jar_within_open(const char *path, struct jar_within **out_jar, struct error *err) {
    AUTO(jar_within_free) struct jar_within *jar = memory_alloc(sizeof *jar);
    bool may_hold = false;

    *out_jar = NULL;
    if (!may_hold_a_jar(path, &may_hold, err)) return false;
    if (!may_hold) return true;
    if (!find_jar(path, jar->name, sizeof jar->name, err)) return fail(err);
    if (jar->name[0] == '\0') return true;
    if (!seek_jar(path, jar->name, &jar->archive, err)) return fail(err);
    *out_jar = TAKE(jar);
    return true;
}

const char *jar_within_name(const struct jar_within *jar) {
    return jar->name;
}

bool jar_within_copy(struct jar_within *jar, int to, int64_t slice_bytes, int64_t limit_bytes,
                     bool *out_is_last, struct error *err) {
    char block[65536];

    *out_is_last = false;
    for (int64_t done_bytes = 0; done_bytes < slice_bytes; done_bytes += (int64_t)sizeof block) {
        size_t got = 0;
        if (!archive_file_read(jar->archive, block, sizeof block, &got, err)) return fail(err);
        *out_is_last = got == 0;
        if (got == 0) return true;
        jar->copied_bytes += (int64_t)got;
        if (jar->copied_bytes > limit_bytes)
            return error_set(err, ERROR_LIMIT, "The jar '%.200s' is larger than %lld bytes.",
                             jar->name, (long long)limit_bytes);
        errno = 0;
        if (write(to, block, got) != (ssize_t)got)
            return error_system(err, errno == 0 ? ENOSPC : errno, "write the jar '%.200s'",
                                jar->name);
    }
    return true;
}

void jar_within_free(struct jar_within *jar) {
    if (jar == NULL) return;
    archive_file_close(jar->archive);
    memory_free(jar);
}
