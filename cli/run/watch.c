#include "cli/run/watch.h"

#include <stddef.h>
#include <sys/stat.h>

// Build tools write in bursts. A pause of this length in the middle of a file is rare, and the end
// of the archive is checked in addition.
enum { STABLE_MS = 150 };

static bool is_same(const struct watch_mark *left, const struct watch_mark *right) {
    return left->size_bytes == right->size_bytes && left->changed_ns == right->changed_ns &&
           left->inode == right->inode;
}

// False: the file does not exist at the moment.
static bool read_mark(const char *path, struct watch_mark *out_mark) {
    struct stat file;

    if (path == NULL || stat(path, &file) < 0) return false;
    *out_mark = (struct watch_mark){
        .size_bytes = file.st_size,
        .changed_ns = (int64_t)file.st_mtim.tv_sec * 1000000000 + file.st_mtim.tv_nsec,
        .inode = file.st_ino,
    };
    return true;
}

struct watch watch_begin(const char *path) {
    struct watch watch = {.path = path};

    (void)read_mark(path, &watch.accepted);
    watch.candidate = watch.accepted;
    return watch;
}

bool watch_has_changed(struct watch *watch, int64_t now_ms) {
    struct watch_mark mark;

    if (!read_mark(watch->path, &mark) || is_same(&mark, &watch->accepted)) return false;
    if (!is_same(&mark, &watch->candidate)) {
        watch->candidate = mark;
        watch->stable_since_ms = now_ms;
        return false;
    }
    if (now_ms - watch->stable_since_ms < STABLE_MS) return false;
    watch->stable_since_ms = now_ms;
    return true;
}

bool watch_is_steady(const struct watch *watch) {
    struct watch_mark mark;

    return watch->path == NULL ||
           (read_mark(watch->path, &mark) && is_same(&mark, &watch->candidate));
}

void watch_accept(struct watch *watch) {
    watch->accepted = watch->candidate;
}
