// The smallest names of a directory after a given one, in byte order: a directory of any size is
// read in parts, and sorted with little memory. A directory's name ends with '/', so that names are
// in the order of the keys below them.
#pragma once

#include <stdbool.h>

#define NAME_BATCH_MAX 500

struct name_batch {
    char *names[NAME_BATCH_MAX]; // sorted; owned
    int count;
    bool has_more; // names that did not fit
};

// Drops the largest name when there is no room. `name` is copied.
void name_batch_add(struct name_batch *batch, const char *name);
void name_batch_release(struct name_batch *batch); // it is empty then
