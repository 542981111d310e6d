#include "base/growing_file.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TRIES_MAX = 8 };

static int64_t size_of(int fd) {
    struct stat entry;

    return fstat(fd, &entry) < 0 ? 0 : (int64_t)entry.st_size;
}

int64_t growing_file_after_gap(int fd, int64_t offset) {
    // Before the search: what is appended in the meantime must not be skipped.
    int64_t size = size_of(fd);
    off_t next = lseek(fd, (off_t)offset, SEEK_DATA);

    if (next < 0 && errno == ENXIO) next = (off_t)size;
    return next > (off_t)offset ? (int64_t)next : offset;
}

// The new position of `offset` in a file that has become shorter: it was shortened at its
// beginning, or replaced by another (0).
static int64_t offset_after_cut(int64_t offset, int64_t size) {
    int64_t rest = (offset - size) % GROWING_FILE_CUT_BYTES;
    int64_t moved = rest == 0 ? size : size - (GROWING_FILE_CUT_BYTES - rest);

    return moved > 0 ? moved : 0;
}

// How many of `got` bytes read at `offset` lie before a hole, which may have been made in the
// meantime and reads as zeros.
static int64_t bytes_before_gap(int fd, int64_t offset, int64_t got) {
    off_t hole = lseek(fd, (off_t)offset, SEEK_HOLE);

    return hole < 0 || (int64_t)hole >= offset + got ? got : (int64_t)hole - offset;
}

size_t growing_file_read(int fd, int64_t *offset, void *block, size_t size_bytes,
                         enum growing_file_place *out_place) {
    *out_place = GROWING_FILE_NEXT;
    for (int tries = 0; tries < TRIES_MAX; tries++) {
        int64_t size = size_of(fd);
        if (size < *offset) {
            *offset = offset_after_cut(*offset, size);
            if (*offset == 0) *out_place = GROWING_FILE_NEW;
        }
        int64_t next = growing_file_after_gap(fd, *offset);
        if (next > *offset) *out_place = GROWING_FILE_GAP;
        *offset = next;
        ssize_t got = pread(fd, block, size_bytes, (off_t)next);
        if (got <= 0) return 0;
        int64_t usable = bytes_before_gap(fd, next, got);
        // The file was shortened, or a hole was made there, during the read.
        if (size_of(fd) < size || usable == 0) continue;
        *offset += usable;
        return (size_t)usable;
    }
    return 0;
}
