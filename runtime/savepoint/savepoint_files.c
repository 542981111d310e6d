#include "runtime/savepoint/savepoint_files.h"

#include "base/file.h"
#include "base/file_inside.h"
#include "base/text.h"

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

enum { ABSENT = -1 };

struct shortage {
    const struct savepoint_file *first;
    int64_t first_bytes; // that there are of it, or ABSENT
    size_t count;
    bool has_short; // not all are absent
};

// The name was written by anyone: it must not lead out of the directory.
static bool is_below(const char *name) {
    for (const char *at = name;; at++) {
        size_t length = strcspn(at, "/");
        if (length == 0 || (length == 2 && at[0] == '.' && at[1] == '.')) return false;
        at += length;
        if (*at == '\0') return true;
    }
}

static int64_t size_of(int directory, const char *name) {
    struct stat entry;

    if (!is_below(name) || fstatat(directory, name, &entry, AT_SYMLINK_NOFOLLOW) < 0 ||
        !S_ISREG(entry.st_mode))
        return ABSENT;
    return (int64_t)entry.st_size;
}

static void check_file(struct shortage *shortage, int directory,
                       const struct savepoint_file *file) {
    int64_t bytes = size_of(directory, file->name);

    if (bytes >= file->size_bytes) return;
    if (shortage->count++ == 0) {
        shortage->first = file;
        shortage->first_bytes = bytes;
    }
    shortage->has_short = shortage->has_short || bytes != ABSENT;
}

static bool explain(const struct shortage *shortage, size_t file_count, struct error *err) {
    const struct savepoint_file *file = shortage->first;
    char what[64] = "which is not there";

    if (shortage->first_bytes != ABSENT)
        (void)text_format(what, sizeof what, "which has %" PRId64 " of %" PRId64 " bytes",
                          shortage->first_bytes, file->size_bytes);
    (void)error_set(err, ERROR_INVALID,
                    "`_metadata` refers to '%.128s', %s (%zu of %zu files %s missing%s). Copy the "
                    "whole savepoint to the prefix and import it again.",
                    file->name, what, shortage->count, file_count,
                    shortage->count == 1 ? "is" : "are",
                    shortage->has_short ? " or incomplete" : "");
    if (err != NULL) text_make_printable(err->message);
    return false;
}

bool savepoint_files_check(const char *directory, const struct savepoint_metadata *metadata,
                           struct error *err) {
    AUTO(file_close) int fd = -1;
    struct shortage shortage = {0};
    size_t file_count = 0;

    if (!file_open_directory_inside(directory, "", &fd, err)) return false;
    for (size_t index = 0; index < metadata->file_count; index++) {
        if (!metadata->files[index].is_relative) continue;
        file_count++;
        check_file(&shortage, fd, &metadata->files[index]);
    }
    return shortage.count == 0 || explain(&shortage, file_count, err);
}
