#include "cli/run/watch.h"

#include <stddef.h>
#include <sys/stat.h>

// Build tools write in bursts; a pause of this length in the middle of a file is rare, and the
// archive's end is looked for besides.
enum { STABLE_MS = 150 };

static bool is_same(const struct watch_mark *left, const struct watch_mark *right) {
    return left->size_bytes == right->size_bytes && left->changed_ns == right->changed_ns &&
           left->inode == right->inode;
}

// False: it is not there at the moment.
static bool look(const char *path, struct watch_mark *out_mark) {
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

    (void)look(path, &watch.taken);
    watch.candidate = watch.taken;
    return watch;
}

bool watch_has_changed(struct watch *watch, int64_t now_ms) {
    struct watch_mark mark;

    if (!look(watch->path, &mark) || is_same(&mark, &watch->taken)) return false;
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

    return watch->path == NULL || (look(watch->path, &mark) && is_same(&mark, &watch->candidate));
}

void watch_take(struct watch *watch) {
    watch->taken = watch->candidate;
}
