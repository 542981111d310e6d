// The regular files of a tree, a few entries at a time. A job may have made links, FIFOs, or
// directories without end: what is not a regular file is left out, and the depth is limited.
#pragma once

#include "base/cleanup.h"
#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

struct tree_walk;

struct tree_walk_call {
    const char *root; // of base/file_inside.h; both texts must stay until the end
    const char *relative;
    // A link to a regular file that stays beneath `root` counts as that file: for the files of a
    // user, not for those of a job. A link to a directory is then ERROR_INVALID.
    bool follows_links;
    // Called with the name relative to the tree. False ends the walk, which then fails.
    bool (*visit)(void *userdata, const char *name, int64_t size_bytes, struct error *err);
    void *userdata;
};

// ERROR_NOT_FOUND: no such directory.
MUST_CHECK bool tree_walk_new(const struct tree_walk_call *call, struct tree_walk **out_walk,
                              struct error *err);
// At most `entries_max` more entries. *out_is_last: the walk is complete.
MUST_CHECK bool tree_walk_step(struct tree_walk *walk, int entries_max, bool *out_is_last,
                               struct error *err);
void tree_walk_free(struct tree_walk *walk); // NULL is legal
DEFINE_AUTO(tree_walk_free, struct tree_walk *);
