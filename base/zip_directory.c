#include "base/zip_directory.h"

#include "base/archive_file.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// Sizes of the records without their texts, and the longest comment at the end of a file.
enum { END_BYTES = 22, ENTRY_BYTES = 46, COMMENT_MAX_BYTES = 65535 };
enum { WINDOW_BYTES = END_BYTES + COMMENT_MAX_BYTES };

struct zip_directory {
    int fd;
    int64_t at_bytes; // of the next entry
    int64_t end_bytes;
    int64_t shift_bytes; // what stands before the archive, as a script that unpacks it
    int64_t window_at_bytes;
    size_t window_bytes;
    unsigned char window[WINDOW_BYTES]; // a part of the file
};

static uint32_t read_16(const unsigned char *at) {
    return (uint32_t)at[0] | (uint32_t)at[1] << 8;
}

static uint32_t read_32(const unsigned char *at) {
    return read_16(at) | read_16(at + 2) << 16;
}

// `size_bytes` of the file from there on; NULL: it is shorter.
static bool view(struct zip_directory *directory, int64_t at_bytes, size_t size_bytes,
                 const unsigned char **out_bytes, struct error *err) {
    int64_t offset = at_bytes - directory->window_at_bytes;

    if (offset < 0 || offset + (int64_t)size_bytes > (int64_t)directory->window_bytes) {
        ssize_t got = pread(directory->fd, directory->window, WINDOW_BYTES, at_bytes);
        if (got < 0) return error_system(err, errno, "read the zip");
        directory->window_at_bytes = at_bytes;
        directory->window_bytes = (size_t)got;
        offset = 0;
    }
    bool is_there = offset + (int64_t)size_bytes <= (int64_t)directory->window_bytes;
    *out_bytes = is_there ? directory->window + offset : NULL;
    return true;
}

// --- the end record ---

// Is there an end record at `at` of the window? Then the directory lies right before it.
static bool use_end(struct zip_directory *directory, size_t at) {
    const unsigned char *end = directory->window + at;
    int64_t end_at_bytes = directory->window_at_bytes + (int64_t)at;

    if (memcmp(end, "PK\5\6", 4) != 0) return false;
    int64_t size_bytes = read_32(end + 12);
    int64_t begin_bytes = read_32(end + 16);
    // 0xFFFFFFFF: the true numbers are in a record for large archives.
    if (begin_bytes + size_bytes > end_at_bytes) return false;
    directory->at_bytes = end_at_bytes - size_bytes;
    directory->end_bytes = end_at_bytes;
    directory->shift_bytes = directory->at_bytes - begin_bytes;
    return true;
}

static bool find_end(struct zip_directory *directory, int64_t file_bytes, bool *out_found,
                     struct error *err) {
    int64_t first = file_bytes > WINDOW_BYTES ? file_bytes - WINDOW_BYTES : 0;
    const unsigned char *bytes = NULL;

    *out_found = false;
    if (file_bytes < END_BYTES) return true;
    if (!view(directory, first, END_BYTES, &bytes, err)) return false;
    if (bytes == NULL) return true;
    for (size_t at = directory->window_bytes - END_BYTES + 1; at-- > 0 && !*out_found;)
        *out_found = use_end(directory, at);
    return true;
}

bool zip_directory_open(const char *path, struct zip_directory **out_directory, struct error *err) {
    AUTO(zip_directory_close) struct zip_directory *directory = memory_alloc(sizeof *directory);
    struct stat file;
    bool is_found = false;

    *out_directory = NULL;
    directory->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (directory->fd < 0 || fstat(directory->fd, &file) < 0)
        return error_system(err, errno, "read '%s'", path);
    if (!find_end(directory, file.st_size, &is_found, err)) return false;
    if (is_found) *out_directory = TAKE(directory);
    return true;
}

// --- entries ---

bool zip_directory_next(struct zip_directory *directory, struct zip_directory_entry *out_entry,
                        bool *out_found, struct error *err) {
    const unsigned char *bytes = NULL;

    *out_found = false;
    if (directory->at_bytes + ENTRY_BYTES > directory->end_bytes) return true;
    if (!view(directory, directory->at_bytes, ENTRY_BYTES, &bytes, err)) return false;
    if (bytes == NULL || memcmp(bytes, "PK\1\2", 4) != 0) return true;
    size_t length = read_16(bytes + 28);
    size_t seen = length < sizeof out_entry->name ? length : sizeof out_entry->name - 1;
    size_t others = read_16(bytes + 30) + read_16(bytes + 32);
    out_entry->header_bytes = directory->shift_bytes + read_32(bytes + 42);
    if (!view(directory, directory->at_bytes + ENTRY_BYTES, seen, &bytes, err)) return false;
    if (bytes == NULL) return true;
    (void)text_format(out_entry->name, sizeof out_entry->name, "%.*s", (int)seen,
                      (const char *)bytes);
    directory->at_bytes += ENTRY_BYTES + (int64_t)(length + others);
    *out_found = true;
    return true;
}

bool zip_directory_read(struct zip_directory *directory, const struct zip_directory_entry *entry,
                        struct buffer *out) {
    AUTO(archive_file_close) struct archive_file *archive = NULL;
    const char *name = NULL;
    char block[16384];
    size_t got = 0;

    if (!archive_file_open_entry(directory->fd, entry->header_bytes, &archive, NULL) ||
        !archive_file_next(archive, &name, NULL) || name == NULL)
        return false;
    do {
        if (!archive_file_read(archive, block, sizeof block, &got, NULL) ||
            !buffer_append(out, block, got, NULL))
            return false;
    } while (got > 0);
    return true;
}

void zip_directory_close(struct zip_directory *directory) {
    if (directory == NULL) return;
    file_close(directory->fd);
    memory_free(directory);
}
