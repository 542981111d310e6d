// Follows a file to which other processes append, such as a log of Flink, while its oldest part is
// dropped (runtime/local/log_budget.h). The dropped part first becomes a hole, which needs no disk
// space; once the hole is large, the file is shortened at its beginning by a multiple of
// GROWING_FILE_CUT_BYTES. A reader continues at its place and misses only what was dropped.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define GROWING_FILE_CUT_BYTES ((int64_t)64 << 20)

enum growing_file_place {
    GROWING_FILE_NEXT, // the bytes follow those of the read before
    GROWING_FILE_GAP,  // something was dropped before them: they begin within a line
    GROWING_FILE_NEW,  // the name belongs to another file now, which is read from its beginning
};

// Reads at *offset and moves *offset past the bytes read. 0: nothing more for now. Always
// sets *out_place.
size_t growing_file_read(int fd, int64_t *offset, void *block, size_t size_bytes,
                         enum growing_file_place *out_place);

// The offset of the next bytes at or after `offset` that were not dropped: `offset` itself outside
// of a hole, the end of the file when only a hole follows.
int64_t growing_file_after_gap(int fd, int64_t offset);
