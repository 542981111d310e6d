#include "cli/run/watch.h"

#include "base/file.h"
#include "cli/package/package_tree.h"

#include <sys/stat.h>

// Build tools write in bursts. A pause of this length in the middle of a file is rare, and the end
// of the archive is checked in addition.
enum { STABLE_MS = 150 };

// FNV-1a.
static const watch_mark BEGIN = 14695981039346656037U;
static const watch_mark FACTOR = 1099511628211U;

static void add_byte(watch_mark *mark, unsigned char byte) {
    *mark = (*mark ^ byte) * FACTOR;
}

static void add_number(watch_mark *mark, int64_t number) {
    for (int shift = 0; shift < 64; shift += 8)
        add_byte(mark, (unsigned char)((uint64_t)number >> shift));
}

static bool add_file(void *userdata, const char *name, const char *path, struct error *err) {
    watch_mark *mark = userdata;
    struct stat file;

    (void)err;
    if (stat(path, &file) < 0) return true;
    for (; *name != '\0'; name++)
        add_byte(mark, (unsigned char)*name);
    add_number(mark, file.st_size);
    add_number(mark, (int64_t)file.st_mtim.tv_sec * 1000000000 + file.st_mtim.tv_nsec);
    add_number(mark, (int64_t)file.st_ino);
    return true;
}

// False: the first one does not exist at the moment.
static bool read_mark(const struct watch *watch, watch_mark *out_mark) {
    watch_mark mark = BEGIN;

    if (watch->count == 0 || !file_exists(watch->paths[0])) return false;
    for (size_t index = 0; index < watch->count; index++) {
        const char *path = watch->paths[index];
        if (file_is_directory(path))
            error_ignore(package_tree_visit(path, add_file, &mark, NULL));
        else
            (void)add_file(&mark, "", path, NULL);
    }
    *out_mark = mark;
    return true;
}

struct watch watch_begin(const char *path) {
    struct watch watch = {0};

    if (path != NULL) watch_add(&watch, path);
    return watch;
}

void watch_add(struct watch *watch, const char *path) {
    if (watch->count == WATCH_PATHS_MAX) return;
    watch->paths[watch->count++] = path;
    (void)read_mark(watch, &watch->accepted);
    watch->candidate = watch->accepted;
}

bool watch_has_changed(struct watch *watch, int64_t now_ms) {
    watch_mark mark;

    if (!read_mark(watch, &mark) || mark == watch->accepted) return false;
    if (mark != watch->candidate) {
        watch->candidate = mark;
        watch->stable_since_ms = now_ms;
        return false;
    }
    if (now_ms - watch->stable_since_ms < STABLE_MS) return false;
    watch->stable_since_ms = now_ms;
    return true;
}

bool watch_is_steady(const struct watch *watch) {
    watch_mark mark;

    return watch->count == 0 || (read_mark(watch, &mark) && mark == watch->candidate);
}

void watch_accept(struct watch *watch) {
    watch->accepted = watch->candidate;
}
