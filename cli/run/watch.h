// Detects that files have changed and are not being written any more.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WATCH_PATHS_MAX = 24 };

// A number that another size, time, inode or name of a file changes.
typedef uint64_t watch_mark;

struct watch {
    const char *paths[WATCH_PATHS_MAX]; // borrowed; of files, or of directories with all in them
    size_t count;                       // 0: never changes
    watch_mark accepted;
    watch_mark candidate;
    int64_t stable_since_ms;
};

// The present content counts as accepted. `path` may be NULL.
struct watch watch_begin(const char *path);
// Another file or directory, whose present content counts as accepted. One that is not there may
// come later. More than WATCH_PATHS_MAX are ignored.
void watch_add(struct watch *watch, const char *path);

// Are the files others than were accepted, and did they not change for a moment? True again after
// each such moment, until they are accepted. False as long as the first one is not there.
bool watch_has_changed(struct watch *watch, int64_t now_ms);

// Are the files still those that watch_has_changed() has seen? Then what was read meanwhile is
// complete.
bool watch_is_steady(const struct watch *watch);

// Accepts the files that watch_has_changed() has seen.
void watch_accept(struct watch *watch);
