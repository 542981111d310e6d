#include "base/file_inside.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/random_id.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { TRIES_MAX = 8 };
enum { NEVER_WAITS = O_CLOEXEC | O_NOCTTY | O_NONBLOCK };

static void close_directory(DIR *directory) {
    (void)closedir(directory);
}
DEFINE_AUTO(close_directory, DIR *);

// For kernels and containers without openat2(): opens one name after the other.
static int open_by_parts(int root, const char *relative, int flags) {
    AUTO(memory_free) char *copy = memory_copy_text(relative);
    AUTO(file_close) int at = fcntl(root, F_DUPFD_CLOEXEC, 0);
    char *rest = copy;

    for (char *name = strsep(&rest, "/"); name != NULL && at >= 0; name = strsep(&rest, "/")) {
        bool is_last = rest == NULL;
        if (name[0] == '\0' || text_equal(name, "..")) {
            errno = EXDEV;
            return -1;
        }
        int next =
            openat(at, name, (is_last ? flags : O_PATH | O_DIRECTORY) | O_NOFOLLOW | O_CLOEXEC);
        file_close(at);
        at = next;
    }
    return file_take(&at);
}

// `links`: RESOLVE_NO_SYMLINKS, or 0 to follow links that stay beneath `root`.
static int open_beneath(int root, const char *relative, int flags, uint64_t links) {
    struct open_how how = {.flags = (unsigned)(flags | NEVER_WAITS),
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | links};

    for (int tries = 0; tries < TRIES_MAX; tries++) {
        int fd = (int)syscall(SYS_openat2, root, relative, &how, sizeof how);
        if (fd < 0 && (errno == ENOSYS || errno == EPERM))
            return open_by_parts(root, relative, flags | NEVER_WAITS);
        // EAGAIN: a directory of the path was renamed during the call.
        if (fd >= 0 || errno != EAGAIN) return fd;
    }
    return -1;
}

// Restores the owner's rights to every directory of the path.
static void regain_path(int root, const char *relative) {
    AUTO(memory_free) char *copy = memory_copy_text(relative);
    AUTO(file_close) int at = fcntl(root, F_DUPFD_CLOEXEC, 0);
    char *rest = copy;

    for (char *name = strsep(&rest, "/"); name != NULL && at >= 0; name = strsep(&rest, "/")) {
        if (name[0] == '\0' || text_equal(name, "..")) return;
        int next = openat(at, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
        if (next >= 0) file_regain(next);
        file_close(at);
        at = next;
    }
}

static const char *refusal(int error_number) {
    switch (error_number) {
    case ELOOP:
        return "the path has a link";
    case ENXIO:
        return "it is a socket or a FIFO";
    case EXDEV:
        return "it is outside of the directory";
    default:
        return NULL;
    }
}

bool file_is_forbidden(int error_number) {
    return error_number == EACCES || error_number == EPERM || error_number == EROFS;
}

// What a user does not let kobel do is his decision, and no fault of the disk.
static bool refuse(struct error *err, int reason, const char *doing, const char *root,
                   const char *relative) {
    if (file_is_forbidden(reason))
        return error_set(err, ERROR_CONFIGURATION, "%s '%s/%s': %s", doing, root, relative,
                         strerror(reason));
    if (reason == ENOTDIR || reason == ELOOP)
        return error_set(err, ERROR_INVALID, "%s '%s/%s': a part of the path is not a directory",
                         doing, root, relative);
    return error_system(err, reason, "%s '%s/%s'", doing, root, relative);
}

static bool open_inside(const char *root, const char *relative, int flags, int *out_fd,
                        struct error *err) {
    AUTO(file_close) int top = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);

    if (top < 0 && errno == ENOENT)
        return error_set(err, ERROR_NOT_FOUND, "no directory '%s'", root);
    if (top < 0) return error_system(err, errno, "open '%s'", root);
    const char *path = relative[0] == '\0' ? "." : relative;
    *out_fd = open_beneath(top, path, flags, RESOLVE_NO_SYMLINKS);
    if (*out_fd < 0 && errno == EACCES) {
        regain_path(top, path);
        *out_fd = open_beneath(top, path, flags, RESOLVE_NO_SYMLINKS);
    }
    if (*out_fd >= 0) return true;
    const char *reason = refusal(errno);
    if (reason != NULL)
        return error_set(err, ERROR_NOT_FOUND, "'%s/%s' cannot be opened: %s", root, relative,
                         reason);
    if (errno == ENOENT || errno == ENOTDIR)
        return error_set(err, ERROR_NOT_FOUND, "no file '%s/%s'", root, relative);
    return error_system(err, errno, "open '%s/%s'", root, relative);
}

static bool is_regular(int fd) {
    struct stat entry;

    return fstat(fd, &entry) == 0 && S_ISREG(entry.st_mode);
}

static bool open_regular(const char *root, const char *relative, int flags, int *out_fd,
                         struct error *err) {
    AUTO(file_close) int fd = -1;

    if (!open_inside(root, relative, flags, &fd, err)) return false;
    if (!is_regular(fd))
        return error_set(err, ERROR_NOT_FOUND, "'%s/%s' is not a regular file", root, relative);
    *out_fd = file_take(&fd);
    return true;
}

bool file_open_inside(const char *root, const char *relative, int *out_fd, struct error *err) {
    return open_regular(root, relative, O_RDONLY, out_fd, err);
}

bool file_open_writable_inside(const char *root, const char *relative, int *out_fd,
                               struct error *err) {
    return open_regular(root, relative, O_RDWR, out_fd, err);
}

bool file_open_linked_inside(const char *root, const char *relative, int *out_fd,
                             struct error *err) {
    AUTO(file_close) int top = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    AUTO(file_close) int fd = top < 0 ? -1 : open_beneath(top, relative, O_RDONLY, 0);

    if (fd < 0 || !is_regular(fd))
        return error_set(err, ERROR_NOT_FOUND, "no file '%s/%s'", root, relative);
    *out_fd = file_take(&fd);
    return true;
}

bool file_open_directory_inside(const char *root, const char *relative, int *out_fd,
                                struct error *err) {
    if (!open_inside(root, relative, O_RDONLY | O_DIRECTORY, out_fd, err)) return false;
    file_regain(*out_fd);
    return true;
}

bool file_open_users_directory(const char *root, const char *relative, int *out_fd,
                               struct error *err) {
    AUTO(file_close) int top = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int fd = top < 0 ? -1
                     : open_beneath(top, relative[0] == '\0' ? "." : relative,
                                    O_RDONLY | O_DIRECTORY, RESOLVE_NO_SYMLINKS);

    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return error_set(err, ERROR_NOT_FOUND, "no directory '%s/%s'", root, relative);
    if (fd < 0) return refuse(err, errno, "open", root, relative);
    *out_fd = fd;
    return true;
}

bool file_is_regular_inside(const char *root, const char *relative) {
    AUTO(file_close) int fd = -1;

    return file_open_inside(root, relative, &fd, NULL);
}

// Also clears O_NONBLOCK, which was for open() only.
static bool is_writable_file(int fd) {
    return is_regular(fd) && fcntl(fd, F_SETFL, O_APPEND) == 0;
}

// The parent directory of `relative`, and its last name.
static bool open_parent(const char *root, const char *relative, int *out_directory,
                        const char **out_name, struct error *err) {
    const char *slash = strrchr(relative, '/');
    const char *name = slash == NULL ? relative : slash + 1;
    AUTO(memory_free) char *parent = memory_format("%.*s", (int)(name - relative), relative);

    if (name[0] == '\0' || text_equal(name, ".") || text_equal(name, ".."))
        return error_set(err, ERROR_INVALID, "'%s/%s' is not a plain path", root, relative);
    if (slash != NULL) parent[slash - relative] = '\0';
    if (!file_open_directory_inside(root, parent, out_directory, err)) return false;
    *out_name = name;
    return true;
}

bool file_open_append_inside(const char *root, const char *relative, int *out_fd,
                             struct error *err) {
    AUTO(file_close) int directory = -1;
    const char *name = "";
    const int flags =
        O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY;

    if (!open_parent(root, relative, &directory, &name, err)) return false;
    AUTO(file_close) int fd = openat(directory, name, flags, 0600);
    if (fd >= 0 && is_writable_file(fd)) {
        *out_fd = file_take(&fd);
        return true;
    }
    file_close(file_take(&fd));
    (void)unlinkat(directory, name, 0);
    fd = openat(directory, name, flags | O_EXCL, 0600);
    if (fd < 0 || !is_writable_file(fd))
        return error_system(err, errno, "open '%s/%s'", root, relative);
    *out_fd = file_take(&fd);
    return true;
}

bool file_write_inside(const char *root, const char *relative, const void *bytes, size_t size_bytes,
                       unsigned mode, struct error *err) {
    AUTO(file_close) int directory = -1;
    const char *name = "";
    char random[17];
    char temporary[32];

    if (!open_parent(root, relative, &directory, &name, err)) return false;
    // Random, so that no job can have made an entry of that name.
    random_id_hex(random, sizeof random - 1);
    (void)text_format(temporary, sizeof temporary, ".new-%s", random);
    AUTO(file_close)
    int fd = openat(directory, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                    (mode_t)mode);
    if (fd < 0) return error_system(err, errno, "create '%s/%s'", root, relative);
    if (file_write_all(fd, bytes, size_bytes) &&
        renameat(directory, temporary, directory, name) == 0)
        return true;
    int reason = errno;
    (void)unlinkat(directory, temporary, 0);
    return error_system(err, reason, "write '%s/%s'", root, relative);
}

static bool fail_to_make(bool regains, int reason, const char *root, const char *relative,
                         struct error *err) {
    return regains ? error_system(err, reason, "make directory '%s/%s'", root, relative)
                   : refuse(err, reason, "make directory", root, relative);
}

// `regains`: what a job may have done to the rights of the directories is undone.
static bool make_directories(const char *root, const char *relative, unsigned mode, bool regains,
                             struct error *err) {
    AUTO(memory_free) char *copy = memory_copy_text(relative);
    AUTO(file_close) int at = -1;
    char *rest = copy;

    if (!(regains ? file_open_directory_inside : file_open_users_directory)(root, "", &at, err))
        return false;
    for (char *name = strsep(&rest, "/"); name != NULL; name = strsep(&rest, "/")) {
        if (name[0] == '\0' || text_equal(name, ".") || text_equal(name, ".."))
            return error_set(err, ERROR_INVALID, "'%s/%s' is not a plain path", root, relative);
        if (mkdirat(at, name, (mode_t)mode) < 0 && errno != EEXIST)
            return fail_to_make(regains, errno, root, relative, err);
        int next = openat(at, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (next < 0) return fail_to_make(regains, errno, root, relative, err);
        if (regains) file_regain(next);
        file_close(at);
        at = next;
    }
    return true;
}

bool file_make_directories_inside(const char *root, const char *relative, unsigned mode,
                                  struct error *err) {
    return make_directories(root, relative, mode, true, err);
}

bool file_make_users_directories(const char *root, const char *relative, unsigned mode,
                                 struct error *err) {
    return make_directories(root, relative, mode, false, err);
}

const char *file_below(const char *root, const char *path) {
    size_t length = strlen(root);

    return text_starts_with(path, root) && path[length] == '/' ? path + length + 1 : NULL;
}

bool file_read_tail_inside(const char *root, const char *relative, size_t limit_bytes,
                           struct buffer *out, struct error *err) {
    AUTO(file_close) int fd = -1;
    struct stat entry;
    char block[8192];

    if (!file_open_inside(root, relative, &fd, err)) return false;
    if (fstat(fd, &entry) < 0) return error_system(err, errno, "read '%s/%s'", root, relative);
    off_t at = entry.st_size > (off_t)limit_bytes ? entry.st_size - (off_t)limit_bytes : 0;
    for (size_t left = limit_bytes; left > 0;) {
        ssize_t got = pread(fd, block, left < sizeof block ? left : sizeof block, at);
        if (got == 0) break;
        if (got < 0) return error_system(err, errno, "read '%s/%s'", root, relative);
        if (!buffer_append(out, block, (size_t)got, err)) return false;
        at += got;
        left -= (size_t)got;
    }
    return true;
}

static enum file_kind kind_of(int directory, const struct dirent *entry) {
    struct stat found;

    if (entry->d_type == DT_REG) return FILE_REGULAR;
    if (entry->d_type == DT_DIR) return FILE_DIRECTORY;
    if (entry->d_type != DT_UNKNOWN) return FILE_OTHER;
    if (fstatat(directory, entry->d_name, &found, AT_SYMLINK_NOFOLLOW) < 0) return FILE_OTHER;
    if (S_ISREG(found.st_mode)) return FILE_REGULAR;
    return S_ISDIR(found.st_mode) ? FILE_DIRECTORY : FILE_OTHER;
}

bool file_list_inside(const char *root, const char *relative, file_inside_visit_fn *visit,
                      void *userdata, struct error *err) {
    AUTO(file_close) int fd = -1;

    if (!file_open_directory_inside(root, relative, &fd, err)) return false;
    AUTO(close_directory) DIR *directory = fdopendir(fd);
    if (directory == NULL) return error_system(err, errno, "list '%s/%s'", root, relative);
    fd = -1;
    int left = FILE_INSIDE_ENTRIES_MAX;
    for (struct dirent *entry = readdir(directory); entry != NULL && left > 0;
         entry = readdir(directory)) {
        if (text_equal(entry->d_name, ".") || text_equal(entry->d_name, "..")) continue;
        left--;
        if (!visit(userdata, entry->d_name, kind_of(dirfd(directory), entry), err)) return false;
    }
    return true;
}
