#include "base/archive_file.h"

#include "base/memory.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <unistd.h>

enum { BLOCK_BYTES = 65536 };

struct archive_file {
    struct archive *archive;
};

static bool fail(const struct archive_file *archive, struct error *err) {
    const char *reason = archive_error_string(archive->archive);

    return error_set(err, ERROR_INVALID, "%s", reason == NULL ? "the archive is damaged" : reason);
}

static void support(struct archive *archive, enum archive_kind kind) {
    if (kind == ARCHIVE_KIND_ZIP_DIRECTORY) {
        (void)archive_read_support_format_zip_seekable(archive);
        return;
    }
    (void)archive_read_support_format_zip(archive);
    if (kind == ARCHIVE_KIND_ZIP) return;
    (void)archive_read_support_filter_all(archive);
    (void)archive_read_support_format_tar(archive);
}

bool archive_file_open(const char *path, enum archive_kind kind, struct archive_file **out_archive,
                       struct error *err) {
    AUTO(archive_file_close) struct archive_file *archive = memory_alloc(sizeof *archive);

    *out_archive = NULL;
    archive->archive = archive_read_new();
    if (archive->archive == NULL)
        return error_set(err, ERROR_SYSTEM, "libarchive cannot be initialised");
    support(archive->archive, kind);
    if (archive_read_open_filename(archive->archive, path, BLOCK_BYTES) != ARCHIVE_OK)
        return fail(archive, err);
    *out_archive = TAKE(archive);
    return true;
}

bool archive_file_open_entry(int fd, int64_t position_bytes, struct archive_file **out_archive,
                             struct error *err) {
    AUTO(archive_file_close) struct archive_file *archive = memory_alloc(sizeof *archive);

    *out_archive = NULL;
    archive->archive = archive_read_new();
    if (archive->archive == NULL)
        return error_set(err, ERROR_SYSTEM, "libarchive cannot be initialised");
    (void)archive_read_support_format_zip_streamable(archive->archive);
    if (lseek(fd, position_bytes, SEEK_SET) < 0)
        return error_system(err, errno, "read the archive");
    if (archive_read_open_fd(archive->archive, fd, BLOCK_BYTES) != ARCHIVE_OK)
        return fail(archive, err);
    *out_archive = TAKE(archive);
    return true;
}

bool archive_file_next(struct archive_file *archive, const char **out_name, struct error *err) {
    struct archive_entry *entry = NULL;
    int code = archive_read_next_header(archive->archive, &entry);

    *out_name = NULL;
    if (code == ARCHIVE_EOF) return true;
    if (code < ARCHIVE_WARN) return fail(archive, err);
    if (archive_entry_filetype(entry) == AE_IFREG && archive_entry_hardlink(entry) == NULL)
        *out_name = archive_entry_pathname_utf8(entry);
    if (*out_name == NULL) *out_name = "";
    return true;
}

bool archive_file_read(struct archive_file *archive, void *block, size_t size_bytes,
                       size_t *out_got_bytes, struct error *err) {
    ssize_t got = archive_read_data(archive->archive, block, size_bytes);

    *out_got_bytes = got < 0 ? 0 : (size_t)got;
    return got >= 0 || fail(archive, err);
}

int64_t archive_file_position_bytes(const struct archive_file *archive) {
    return archive_filter_bytes(archive->archive, -1);
}

void archive_file_close(struct archive_file *archive) {
    if (archive == NULL) return;
    if (archive->archive != NULL) (void)archive_read_free(archive->archive);
    memory_free(archive);
}
