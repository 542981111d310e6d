#include "base/file_walk.h"

#include "base/error.h"
#include "base/file.h"
#include "base/file_inside.h"
#include "base/memory.h"
#include "base/text.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

struct file_walk {
    DIR *levels[FILE_WALK_DEPTH_MAX];
    int depth;
    dev_t device; // other file systems are not counted
    int64_t bytes;
};

// Closes the descriptor when it cannot use it.
static void enter(struct file_walk *walk, int fd) {
    DIR *directory = fdopendir(fd);

    if (directory == NULL)
        file_close(fd);
    else
        walk->levels[walk->depth++] = directory;
}

struct file_walk *file_walk_new(const char *root, const char *relative) {
    AUTO(file_close) int fd = -1;
    struct stat entry;

    if (!file_open_directory_inside(root, relative, &fd, NULL) || fstat(fd, &entry) < 0)
        return NULL;
    struct file_walk *walk = memory_alloc(sizeof *walk);
    walk->device = entry.st_dev;
    walk->bytes = (int64_t)entry.st_blocks * 512;
    enter(walk, file_take(&fd));
    return walk;
}

static void count_entry(struct file_walk *walk, int directory, const char *name) {
    struct stat entry;

    if (text_equal(name, ".") || text_equal(name, "..")) return;
    if (fstatat(directory, name, &entry, AT_SYMLINK_NOFOLLOW) < 0) return; // it was removed
    if (entry.st_dev != walk->device) return;
    walk->bytes += (int64_t)entry.st_blocks * 512;
    if (!S_ISDIR(entry.st_mode) || walk->depth == FILE_WALK_DEPTH_MAX) return;
    int fd = openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0) enter(walk, fd);
}

bool file_walk_step(struct file_walk *walk, int entries_max) {
    for (int count = 0; count < entries_max && walk->depth > 0; count++) {
        DIR *directory = walk->levels[walk->depth - 1];
        const struct dirent *entry = readdir(directory);
        if (entry != NULL) {
            count_entry(walk, dirfd(directory), entry->d_name);
            continue;
        }
        (void)closedir(directory);
        walk->depth--;
    }
    return walk->depth == 0;
}

int64_t file_walk_bytes(const struct file_walk *walk) {
    return walk->bytes;
}

void file_walk_free(struct file_walk *walk) {
    if (walk == NULL) return;
    while (walk->depth > 0)
        (void)closedir(walk->levels[--walk->depth]);
    memory_free(walk);
}
