// What a tree takes of the disk, counted a few entries at a time, whoever writes to it meanwhile. A
// job may have made millions of entries, links, or directories without end: no link is followed,
// what is nested too deeply is not looked into, and no turn takes longer than its entries.
#pragma once

#include "base/cleanup.h"

#include <stdbool.h>
#include <stdint.h>

#define FILE_WALK_DEPTH_MAX 32 // each level is a descriptor

struct file_walk;

// The tree `relative` below `root`, as in file_inside.h. NULL: there is no such directory.
struct file_walk *file_walk_new(const char *root, const char *relative);
// Looks at no more than so many entries. True: that was all.
bool file_walk_on(struct file_walk *walk, int entries_max);
int64_t file_walk_bytes(const struct file_walk *walk); // of what was looked at, by st_blocks
void file_walk_free(struct file_walk *walk);           // NULL is legal
DEFINE_AUTO(file_walk_free, struct file_walk *);
