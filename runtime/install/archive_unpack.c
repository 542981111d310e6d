#include "runtime/install/archive_unpack.h"

#include "base/archive_file.h"
#include "base/file.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// Relative, without "..": joined to the target it stays below it.
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

static bool write_entry(struct archive_file *archive, const char *path, int64_t *left_bytes,
                        struct error *err) {
    char block[65536];

    if (!make_parent(path, err)) return false;
    AUTO(file_close)
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd < 0) return error_system(err, errno, "create '%s'", path);
    for (;;) {
        size_t got = 0;
        if (!archive_file_read(archive, block, sizeof block, &got, err)) return false;
        if (got == 0) return true;
        *left_bytes -= (int64_t)got;
        if (*left_bytes < 0)
            return error_set(err, ERROR_LIMIT, "the archive is too large when unpacked");
        errno = 0;
        if (write(fd, block, got) != (ssize_t)got)
            return error_system(err, errno == 0 ? ENOSPC : errno, "write '%s'", path);
    }
}

static bool unpack_entry(struct archive_file *archive, const char *name,
                         const struct archive_unpack_options *options, int64_t *left_bytes,
                         struct error *err) {
    char relative[FILE_PATH_MAX];
    char path[FILE_PATH_MAX];

    if (name[0] == '\0') return true;
    if (!is_inside(name))
        return error_set(err, ERROR_INVALID, "the archive has an entry '%.200s' outside of itself",
                         name);
    if (!options->select(name, relative, sizeof relative) || !is_inside(relative)) return true;
    return file_join(path, sizeof path, err, options->target_directory, relative, NULL) &&
           write_entry(archive, path, left_bytes, err);
}

static bool unpack(const struct archive_unpack_options *options, struct error *err) {
    AUTO(archive_file_close) struct archive_file *archive = NULL;
    const char *name = NULL;
    struct stat file = {0};
    int64_t left_bytes = options->limit_bytes;

    if (!archive_file_open(options->archive_path, ARCHIVE_KIND_ANY, &archive, err)) return false;
    (void)stat(options->archive_path, &file);
    for (int64_t count = 0;; count++) {
        if (!archive_file_next(archive, &name, err)) return false;
        if (name == NULL) return true;
        if (count == options->limit_entries)
            return error_set(err, ERROR_LIMIT, "the archive has too many entries");
        if (!unpack_entry(archive, name, options, &left_bytes, err)) return false;
        if (options->progress != NULL && file.st_size > 0)
            options->progress(options->userdata,
                              (double)archive_file_position_bytes(archive) / (double)file.st_size);
    }
}

bool archive_unpack(const struct archive_unpack_options *options, struct error *err) {
    return unpack(options, err) ||
           error_prefix(err, "'%s' cannot be unpacked", options->archive_path);
}
