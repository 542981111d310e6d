#include "runtime/archive_unpack.h"

#include "base/file.h"
#include "base/text.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void close_archive(struct archive *archive) {
    (void)archive_read_free(archive);
}
DEFINE_AUTO(close_archive, struct archive *);

static bool fail(struct archive *archive, const char *path, struct error *err) {
    const char *reason = archive_error_string(archive);

    return error_set(err, ERROR_INVALID, "'%s' cannot be unpacked: %s", path,
                     reason == NULL ? "damaged" : reason);
}

// Relative, without "..": what is joined to the target stays below it.
static bool is_inside(const char *path) {
    if (path[0] == '/' || path[0] == '\0') return false;
    for (const char *part = path; part != NULL; part = strchr(part, '/')) {
        if (*part == '/') part++;
        if (text_equal(part, "..") || text_starts_with(part, "../")) return false;
    }
    return true;
}

static bool make_parent(const char *path, struct error *err) {
    char parent[FILE_PATH_MAX];

    (void)text_copy(parent, sizeof parent, path);
    char *slash = strrchr(parent, '/');
    if (slash == NULL) return true;
    *slash = '\0';
    return file_make_directories(parent, 0755, err);
}

static bool write_entry(struct archive *archive, const char *path, int64_t *left_bytes,
                        struct error *err) {
    char block[65536];

    if (!make_parent(path, err)) return false;
    AUTO(file_close)
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd < 0) return error_system(err, errno, "create '%s'", path);
    for (;;) {
        ssize_t got = archive_read_data(archive, block, sizeof block);
        if (got == 0) return true;
        if (got < 0) return fail(archive, path, err);
        *left_bytes -= got;
        if (*left_bytes < 0) return error_set(err, ERROR_LIMIT, "the archive holds too much");
        if (write(fd, block, (size_t)got) != got)
            return error_system(err, errno, "write '%s'", path);
    }
}

static bool unpack_entry(struct archive *archive, struct archive_entry *entry,
                         const struct archive_unpack_options *options, int64_t *left_bytes,
                         struct error *err) {
    const char *name = archive_entry_pathname_utf8(entry);
    char relative[FILE_PATH_MAX];
    char path[FILE_PATH_MAX];

    if (name == NULL || archive_entry_filetype(entry) != AE_IFREG ||
        archive_entry_hardlink(entry) != NULL)
        return true;
    if (!is_inside(name))
        return error_set(err, ERROR_INVALID, "the archive has an entry '%.200s' outside of itself",
                         name);
    if (!options->select(name, relative, sizeof relative) || !is_inside(relative)) return true;
    return file_join(path, sizeof path, err, options->target_directory, relative, NULL) &&
           write_entry(archive, path, left_bytes, err);
}

static struct archive *open_archive(const char *path, struct error *err) {
    AUTO(close_archive) struct archive *archive = archive_read_new();

    if (archive == NULL) {
        (void)error_set(err, ERROR_SYSTEM, "libarchive does not start");
        return NULL;
    }
    (void)archive_read_support_filter_all(archive);
    (void)archive_read_support_format_tar(archive);
    (void)archive_read_support_format_zip(archive);
    if (archive_read_open_filename(archive, path, 65536) != ARCHIVE_OK) {
        (void)fail(archive, path, err);
        return NULL;
    }
    return TAKE(archive);
}

bool archive_unpack(const struct archive_unpack_options *options, struct error *err) {
    AUTO(close_archive) struct archive *archive = open_archive(options->archive_path, err);
    struct archive_entry *entry = NULL;
    struct stat file = {0};
    int64_t left_bytes = options->limit_bytes;

    if (archive == NULL) return false;
    (void)stat(options->archive_path, &file);
    for (int64_t count = 0;; count++) {
        int code = archive_read_next_header(archive, &entry);
        if (code == ARCHIVE_EOF) return true;
        if (code < ARCHIVE_WARN) return fail(archive, options->archive_path, err);
        if (count == options->limit_entries)
            return error_set(err, ERROR_LIMIT, "the archive has too many entries");
        if (!unpack_entry(archive, entry, options, &left_bytes, err)) return false;
        if (options->progress != NULL && file.st_size > 0)
            options->progress(options->userdata,
                              (double)archive_filter_bytes(archive, -1) / (double)file.st_size);
    }
}
