// Counts the disk usage of a tree a few entries at a time, while others may write to it. A job may
// have made millions of entries, links, or directories without end: no link is followed,
// directories deeper than FILE_WALK_DEPTH_MAX are not entered, and each step is limited.
#pragma once

#include "base/cleanup.h"

#include <stdbool.h>
#include <stdint.h>

#define FILE_WALK_DEPTH_MAX 32 // each level is a descriptor

struct file_walk;

// The tree `relative` beneath `root`, as in file_inside.h. NULL: no such directory.
struct file_walk *file_walk_new(const char *root, const char *relative);
// Counts at most `entries_max` more entries. True: the walk is complete.
bool file_walk_step(struct file_walk *walk, int entries_max);
int64_t file_walk_bytes(const struct file_walk *walk); // counted so far, by st_blocks
void file_walk_free(struct file_walk *walk);           // NULL is legal
DEFINE_AUTO(file_walk_free, struct file_walk *);
