// Detects that a file has changed and is not being written any more.
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
    struct watch_mark accepted;
    struct watch_mark candidate;
    int64_t stable_since_ms;
};

// The present content counts as accepted.
struct watch watch_begin(const char *path);

// Is the file another one than was accepted, and did it not change for a moment? True again after
// each such moment, until it is accepted.
bool watch_has_changed(struct watch *watch, int64_t now_ms);

// Is the file still the one that watch_has_changed() has seen? Then what was read meanwhile is
// complete.
bool watch_is_steady(const struct watch *watch);

// Accepts the file that watch_has_changed() has seen.
void watch_accept(struct watch *watch);
