// Reading a file to which other processes append, such as the log of a cluster's process, while its
// oldest part is dropped (runtime/local/log_budget.h): that becomes a gap, which takes no room on
// the disk, and once the gap is large, the file is cut at its beginning by a multiple of
// GROWING_FILE_CUT_BYTES. Whoever follows it goes on where it was; only what was dropped is missed.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define GROWING_FILE_CUT_BYTES ((int64_t)64 << 20)

enum growing_file_place {
    GROWING_FILE_ON,  // what is read follows what was read before
    GROWING_FILE_GAP, // something was dropped before it: it begins within a line
    GROWING_FILE_NEW, // another file has this name now, and is read from its beginning
};

// Reads at *offset what is there, moves *offset behind it and says where that was. 0: nothing more
// for now. *out_place is set in each case.
size_t growing_file_read(int fd, int64_t *offset, void *block, size_t size_bytes,
                         enum growing_file_place *out_place);

// Where the next bytes are at or after `offset` that were not dropped; `offset` itself where none
// were, and the end of the file where nothing but a gap follows.
int64_t growing_file_after_gap(int fd, int64_t offset);
