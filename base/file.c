#include "base/file.h"

#include "base/memory.h"
#include "base/random_id.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void close_directory(DIR *directory) {
    (void)closedir(directory);
}
DEFINE_AUTO(close_directory, DIR *);

void file_close(int fd) {
    int kept = errno;

    if (fd >= 0) (void)close(fd);
    errno = kept;
}

bool file_join(char *out, size_t size_bytes, struct error *err, const char *first, ...) {
    va_list parts;
    char path[FILE_PATH_MAX];
    bool fits = text_copy(path, sizeof path, first);
    bool is_text = text_is_utf8(first);
    size_t length = strlen(path);

    va_start(parts, first);
    for (const char *part = va_arg(parts, const char *); part != NULL && fits;
         part = va_arg(parts, const char *)) {
        const char *slash = length > 0 && path[length - 1] == '/' ? "" : "/";
        fits = text_format(path + length, sizeof path - length, "%s%s", slash, part);
        is_text = is_text && text_is_utf8(part);
        length += strlen(path + length);
    }
    va_end(parts);
    // A path with replaced bytes would name another file.
    if (!is_text) return error_set(err, ERROR_INVALID, "the path '%s' is not UTF-8", path);
    if (!fits || length >= size_bytes)
        return error_set(err, ERROR_INVALID, "the path below '%.200s' is too long", first);
    (void)text_copy(out, size_bytes, path);
    return true;
}

bool file_exists(const char *path) {
    struct stat entry;

    return stat(path, &entry) == 0;
}

bool file_is_directory(const char *path) {
    struct stat entry;

    return stat(path, &entry) == 0 && S_ISDIR(entry.st_mode);
}

static bool make_directory(const char *path, unsigned mode, struct error *err) {
    if (mkdir(path, mode) == 0) return true;
    if (errno == EEXIST && file_is_directory(path)) return true;
    return error_system(err, errno, "make directory '%s'", path);
}

bool file_make_directories(const char *path, unsigned mode, struct error *err) {
    char part[FILE_PATH_MAX];

    if (!text_is_utf8(path))
        return error_set(err, ERROR_INVALID, "the path '%s' is not UTF-8", path);
    if (!text_copy(part, sizeof part, path))
        return error_set(err, ERROR_INVALID, "the path '%.200s...' is too long", path);
    for (char *slash = strchr(part + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (!make_directory(part, mode, err)) return false;
        *slash = '/';
    }
    return make_directory(part, mode, err);
}

static bool open_to_read(const char *path, int flags, int *out_fd, struct error *err) {
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | flags);

    if (fd < 0 && errno == ENOENT) return error_set(err, ERROR_NOT_FOUND, "no file '%s'", path);
    if (fd < 0) return error_system(err, errno, "open '%s'", path);
    *out_fd = fd;
    return true;
}

static bool read_all(int fd, const char *path, struct buffer *out, struct error *err) {
    char block[16384];

    for (;;) {
        ssize_t got = read(fd, block, sizeof block);
        if (got == 0) return true;
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return error_system(err, errno, "read '%s'", path);
        if (!buffer_append(out, block, (size_t)got, err)) return error_prefix(err, "'%s'", path);
    }
}

bool file_read(const char *path, struct buffer *out, struct error *err) {
    AUTO(file_close) int fd = -1;
    struct stat entry;

    if (!open_to_read(path, O_NONBLOCK, &fd, err)) return false;
    if (fstat(fd, &entry) < 0) return error_system(err, errno, "read '%s'", path);
    if (!S_ISREG(entry.st_mode))
        return error_set(err, ERROR_INVALID, "'%s' is not a regular file", path);
    return read_all(fd, path, out, err);
}

bool file_read_or_wait(const char *path, struct buffer *out, struct error *err) {
    AUTO(file_close) int fd = -1;

    return open_to_read(path, 0, &fd, err) && read_all(fd, path, out, err);
}

bool file_write_all(int fd, const void *from, size_t size_bytes) {
    const char *bytes = from;

    while (size_bytes > 0) {
        ssize_t put = write(fd, bytes, size_bytes);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return false;
        bytes += put;
        size_bytes -= (size_t)put;
    }
    return true;
}

bool file_write_atomically(const char *path, const void *bytes, size_t size_bytes, unsigned mode,
                           struct error *err) {
    char temporary[FILE_PATH_MAX];

    if (!text_format(temporary, sizeof temporary, "%s.%d.new", path, (int)getpid()))
        return error_set(err, ERROR_INVALID, "the path '%.200s...' is too long", path);
    AUTO(file_close)
    int fd =
        open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, mode);
    if (fd < 0) return error_system(err, errno, "create '%s'", temporary);
    bool is_whole = file_write_all(fd, bytes, size_bytes) && fsync(fd) == 0;
    if (is_whole && rename(temporary, path) == 0) return true;
    int reason = errno;
    (void)unlink(temporary);
    return error_system(err, reason, "write '%s'", path);
}

void file_regain(int fd) {
    struct stat entry;
    char path[40];

    if (fstat(fd, &entry) < 0 || !S_ISDIR(entry.st_mode) || entry.st_uid != geteuid() ||
        (entry.st_mode & S_IRWXU) == S_IRWXU)
        return;
    // fchmod() does not work on an O_PATH descriptor.
    (void)text_format(path, sizeof path, "/proc/self/fd/%d", fd);
    (void)chmod(path, (entry.st_mode & 07777) | S_IRWXU);
}

void file_regain_at(int parent, const char *name) {
    AUTO(file_close) int fd = openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

    if (fd >= 0) file_regain(fd);
}

// Opens a directory without following a link; NULL with errno otherwise.
static DIR *open_directory_at(int parent, const char *name) {
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *directory = fd < 0 ? NULL : fdopendir(fd);

    if (directory == NULL) file_close(fd);
    return directory;
}

static bool is_dots(const char *name) {
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

// A tree may be deeper than the limit of open descriptors: directories below REMOVAL_DEPTH_MAX are
// moved to the top of the tree and removed there in the next pass.
enum { REMOVAL_DEPTH_MAX = 64, REMOVAL_PASSES_MAX = 100000 };

struct removal {
    int top; // descriptor of the tree's top directory
    int moved;
};

static bool remove_at(struct removal *removal, int parent, const char *name, int depth,
                      struct error *err);

// Continues after an entry that cannot be removed.
static bool remove_entries(struct removal *removal, DIR *directory, int depth, struct error *err) {
    bool is_whole = true;

    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
        if (is_dots(entry->d_name)) continue;
        is_whole = remove_at(removal, dirfd(directory), entry->d_name, depth, err) && is_whole;
    }
    return is_whole;
}

static DIR *open_to_empty(int parent, const char *name) {
    file_regain_at(parent, name);
    return open_directory_at(parent, name);
}

static bool move_to_top(struct removal *removal, int parent, const char *name, struct error *err) {
    char free_name[17];

    // Random, so that no job can have made an entry of that name.
    random_id_hex(free_name, sizeof free_name - 1);
    file_regain_at(parent, name);
    if (renameat(parent, name, removal->top, free_name) < 0)
        return error_system(err, errno, "remove directory '%s'", name);
    removal->moved++;
    return true;
}

static bool remove_at(struct removal *removal, int parent, const char *name, int depth,
                      struct error *err) {
    if (unlinkat(parent, name, 0) == 0 || errno == ENOENT) return true;
    if (errno != EISDIR && errno != EPERM) return error_system(err, errno, "remove '%s'", name);
    if (unlinkat(parent, name, AT_REMOVEDIR) == 0) return true;
    if (depth == REMOVAL_DEPTH_MAX) return move_to_top(removal, parent, name, err);
    AUTO(close_directory) DIR *directory = open_to_empty(parent, name);
    if (directory == NULL) return error_system(err, errno, "remove '%s'", name);
    if (!remove_entries(removal, directory, depth + 1, err)) return false;
    if (unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT) return true;
    return error_system(err, errno, "remove directory '%s'", name);
}

static bool remove_tree_at(int parent, const char *name, struct error *err) {
    struct removal removal = {0};

    if (unlinkat(parent, name, 0) == 0 || errno == ENOENT) return true;
    if (errno != EISDIR && errno != EPERM) return error_system(err, errno, "remove '%s'", name);
    AUTO(close_directory) DIR *directory = open_to_empty(parent, name);
    if (directory == NULL) return error_system(err, errno, "remove '%s'", name);
    removal.top = dirfd(directory);
    for (int pass = 0; pass < REMOVAL_PASSES_MAX; pass++) {
        removal.moved = 0;
        if (!remove_entries(&removal, directory, 1, err)) return false;
        if (unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT) return true;
        if (removal.moved == 0) break;
        rewinddir(directory);
    }
    return error_system(err, errno, "remove directory '%s'", name);
}

bool file_remove_tree(const char *path, struct error *err) {
    return remove_tree_at(AT_FDCWD, path, err);
}

static int64_t size_at(int parent, const char *name) {
    struct stat entry;

    if (fstatat(parent, name, &entry, AT_SYMLINK_NOFOLLOW) != 0) return 0;
    int64_t bytes = (int64_t)entry.st_blocks * 512;
    if (!S_ISDIR(entry.st_mode)) return bytes;
    AUTO(close_directory) DIR *directory = open_directory_at(parent, name);
    if (directory == NULL) return bytes;
    for (struct dirent *child = readdir(directory); child != NULL; child = readdir(directory))
        if (!is_dots(child->d_name)) bytes += size_at(dirfd(directory), child->d_name);
    return bytes;
}

int64_t file_tree_size_bytes(const char *path) {
    return size_at(AT_FDCWD, path);
}

struct names {
    struct dirent **entries;
    int count;
};

static void release_names(struct names *names) {
    for (int index = 0; index < names->count; index++)
        memory_free(names->entries[index]);
    memory_free(names->entries);
}
DEFINE_AUTO_STRUCT(release_names, struct names);

static int by_bytes(const struct dirent **left, const struct dirent **right) {
    return strcmp((*left)->d_name, (*right)->d_name);
}

bool file_list(const char *path, file_visit_fn *visit, void *userdata, struct error *err) {
    AUTO(release_names) struct names names = {0};
    char full[FILE_PATH_MAX];

    names.count = scandir(path, &names.entries, NULL, by_bytes);
    if (names.count < 0) {
        names.count = 0;
        return error_system(err, errno, "list '%s'", path);
    }
    for (int index = 0; index < names.count; index++) {
        const char *name = names.entries[index]->d_name;
        if (is_dots(name) || !text_is_utf8(name)) continue;
        if (!file_join(full, sizeof full, err, path, name, NULL)) return false;
        if (!visit(userdata, name, file_is_directory(full), err)) return false;
    }
    return true;
}
