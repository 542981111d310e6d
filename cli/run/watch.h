// A file that is written again and again.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct watch_mark {
    off_t size_bytes;
    int64_t changed_ns;
    ino_t inode;
};

struct watch {
    const char *path; // borrowed; NULL: never changes
    struct watch_mark taken;
    struct watch_mark candidate;
    int64_t stable_since_ms;
};

// What is there now counts as taken.
struct watch watch_begin(const char *path);

// Is it another one than was taken, and was left alone for a moment? True until it is taken, but
// not more often than it could be stable.
bool watch_has_changed(struct watch *watch, int64_t now_ms);

// Is it still the one that watch_has_changed() has seen? What was read meanwhile is whole then.
bool watch_is_steady(const struct watch *watch);

// What watch_has_changed() has seen is taken.
void watch_take(struct watch *watch);
