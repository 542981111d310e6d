#include "runtime/transfer/tree_walk.h"

#include "base/file.h"
#include "base/file_inside.h"
#include "base/file_walk.h"
#include "base/memory.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct level {
    DIR *directory;
    char *prefix; // of the names in it: "", "a/", "a/b/"
};

struct tree_walk {
    struct tree_walk_call call;
    struct level levels[FILE_WALK_DEPTH_MAX];
    int depth;
};

static bool enter(struct tree_walk *walk, int fd, char *prefix, struct error *err) {
    DIR *directory = fdopendir(fd);

    if (directory == NULL) {
        int reason = errno;
        file_close(fd);
        memory_free(prefix);
        return error_system(err, reason, "list a directory");
    }
    walk->levels[walk->depth++] = (struct level){.directory = directory, .prefix = prefix};
    return true;
}

static void leave(struct tree_walk *walk) {
    struct level *level = &walk->levels[--walk->depth];

    (void)closedir(level->directory);
    memory_free(level->prefix);
}

bool tree_walk_new(const struct tree_walk_call *call, struct tree_walk **out_walk,
                   struct error *err) {
    AUTO(tree_walk_free) struct tree_walk *walk = memory_alloc(sizeof *walk);
    AUTO(file_close) int fd = -1;

    walk->call = *call;
    if (!(call->follows_links ? file_open_users_directory
                              : file_open_directory_inside)(call->root, call->relative, &fd, err) ||
        !enter(walk, file_take(&fd), memory_copy_text(""), err))
        return false;
    *out_walk = TAKE(walk);
    return true;
}

static bool visit_linked(struct tree_walk *walk, const char *name, struct error *err) {
    AUTO(memory_free) char *relative = memory_format("%s/%s", walk->call.relative, name);
    AUTO(file_close) int fd = -1;
    const struct level *level = &walk->levels[walk->depth - 1];
    struct stat entry;

    // To enter it could mean to walk in a circle, and to leave it out would lose files silently.
    if (fstatat(dirfd(level->directory), name + strlen(level->prefix), &entry, 0) == 0 &&
        S_ISDIR(entry.st_mode))
        return error_set(err, ERROR_INVALID, "'%.128s' is a link to a directory", name);
    if (!file_open_linked_inside(walk->call.root, relative, &fd, NULL) || fstat(fd, &entry) < 0)
        return true;
    return walk->call.visit(walk->call.userdata, name, (int64_t)entry.st_size, err);
}

static bool visit_entry(struct tree_walk *walk, const char *entry_name, struct error *err) {
    const struct level *level = &walk->levels[walk->depth - 1];
    int directory = dirfd(level->directory);
    AUTO(memory_free) char *name = memory_format("%s%s", level->prefix, entry_name);
    struct stat entry;

    if (text_equal(entry_name, ".") || text_equal(entry_name, "..")) return true;
    if (fstatat(directory, entry_name, &entry, AT_SYMLINK_NOFOLLOW) < 0) return true; // removed
    if (S_ISREG(entry.st_mode))
        return walk->call.visit(walk->call.userdata, name, (int64_t)entry.st_size, err);
    if (S_ISLNK(entry.st_mode) && walk->call.follows_links) return visit_linked(walk, name, err);
    if (!S_ISDIR(entry.st_mode)) return true;
    if (walk->depth == FILE_WALK_DEPTH_MAX)
        return error_set(err, ERROR_INVALID, "'%.128s' is too deep", name);
    if (!walk->call.follows_links) file_regain_at(directory, entry_name);
    int fd = openat(directory, entry_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && file_is_forbidden(errno) && walk->call.follows_links)
        return error_set(err, ERROR_CONFIGURATION, "list '%.128s': %s", name, strerror(errno));
    if (fd < 0) return error_system(err, errno, "list '%.128s'", name);
    return enter(walk, fd, memory_format("%s/", name), err);
}

bool tree_walk_step(struct tree_walk *walk, int entries_max, bool *out_is_last, struct error *err) {
    for (int count = 0; count < entries_max && walk->depth > 0; count++) {
        const struct dirent *entry = readdir(walk->levels[walk->depth - 1].directory);
        if (entry == NULL)
            leave(walk);
        else if (!visit_entry(walk, entry->d_name, err))
            return false;
    }
    *out_is_last = walk->depth == 0;
    return true;
}

void tree_walk_free(struct tree_walk *walk) {
    if (walk == NULL) return;
    while (walk->depth > 0)
        leave(walk);
    memory_free(walk);
}
