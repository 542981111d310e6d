#include "base/zip_write.h"

#include "base/file.h"
#include "base/memory.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK_BYTES = 65536 };

// 1980-01-02, in each time zone a time that a zip can have.
static const time_t TIME_S = 315619200;

struct zip_write {
    struct archive *archive;
    locale_t locale; // libarchive converts names by that of the thread
};

static void free_entry(struct archive_entry *entry) {
    archive_entry_free(entry);
}
DEFINE_AUTO(free_entry, struct archive_entry *);

static bool fail(const struct zip_write *zip, struct error *err) {
    const char *reason = archive_error_string(zip->archive);

    return error_set(err, ERROR_SYSTEM, "write the archive: %s",
                     reason == NULL ? "unknown reason" : reason);
}

bool zip_write_open(int fd, struct zip_write **out_zip, struct error *err) {
    AUTO(zip_write_free) struct zip_write *zip = memory_alloc(sizeof *zip);

    zip->locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    zip->archive = archive_write_new();
    if (zip->archive == NULL)
        return error_set(err, ERROR_SYSTEM, "libarchive cannot be initialised");
    // Level 1: what is large are jars, which are compressed already.
    if (archive_write_set_format_zip(zip->archive) != ARCHIVE_OK ||
        archive_write_set_options(zip->archive, "zip:compression-level=1") < ARCHIVE_WARN ||
        archive_write_open_fd(zip->archive, fd) != ARCHIVE_OK)
        return fail(zip, err);
    *out_zip = TAKE(zip);
    return true;
}

static int write_header(const struct zip_write *zip, struct archive_entry *entry) {
    locale_t before = zip->locale == (locale_t)0 ? (locale_t)0 : uselocale(zip->locale);
    int code = archive_write_header(zip->archive, entry);

    if (before != (locale_t)0) (void)uselocale(before);
    return code;
}

static bool begin_entry(struct zip_write *zip, const char *name, int64_t size_bytes,
                        struct error *err) {
    AUTO(free_entry) struct archive_entry *entry = archive_entry_new();

    archive_entry_set_pathname(entry, name);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, size_bytes);
    archive_entry_set_mtime(entry, TIME_S, 0);
    return write_header(zip, entry) >= ARCHIVE_WARN || fail(zip, err);
}

static bool add(struct zip_write *zip, const void *bytes, size_t size_bytes, struct error *err) {
    la_ssize_t written = archive_write_data(zip->archive, bytes, size_bytes);

    return (written >= 0 && (size_t)written == size_bytes) || fail(zip, err);
}

bool zip_write_bytes(struct zip_write *zip, const char *name, const void *bytes, size_t size_bytes,
                     struct error *err) {
    return begin_entry(zip, name, (int64_t)size_bytes, err) &&
           (size_bytes == 0 || add(zip, bytes, size_bytes, err)) &&
           (archive_write_finish_entry(zip->archive) >= ARCHIVE_WARN || fail(zip, err));
}

bool zip_write_file(struct zip_write *zip, const char *name, const char *path, struct error *err) {
    char block[BLOCK_BYTES];
    struct stat status;
    int64_t left;

    AUTO(file_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &status) < 0) return error_system(err, errno, "read '%s'", path);
    if (!S_ISREG(status.st_mode))
        return error_set(err, ERROR_INVALID, "'%s' is not a regular file", path);
    if (!begin_entry(zip, name, status.st_size, err)) return false;
    for (left = status.st_size; left > 0;) {
        ssize_t got = read(fd, block, left < BLOCK_BYTES ? (size_t)left : sizeof block);
        if (got < 0) return error_system(err, errno, "read '%s'", path);
        if (got == 0) return error_set(err, ERROR_CONFLICT, "'%s' is being written", path);
        if (!add(zip, block, (size_t)got, err)) return false;
        left -= got;
    }
    return archive_write_finish_entry(zip->archive) >= ARCHIVE_WARN || fail(zip, err);
}

bool zip_write_end(struct zip_write *zip, struct error *err) {
    return archive_write_close(zip->archive) == ARCHIVE_OK || fail(zip, err);
}

void zip_write_free(struct zip_write *zip) {
    if (zip == NULL) return;
    if (zip->archive != NULL) (void)archive_write_free(zip->archive);
    if (zip->locale != (locale_t)0) freelocale(zip->locale);
    memory_free(zip);
}
