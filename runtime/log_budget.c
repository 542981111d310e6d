#include "runtime/log_budget.h"

#include "base/cleanup.h"
#include "base/file.h"
#include "base/file_inside.h"
#include "base/text.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

int64_t log_budget_gap(int64_t size_bytes, int64_t used_bytes, int64_t share_bytes) {
    if (used_bytes <= share_bytes) return 0;
    int64_t gap_bytes = size_bytes - share_bytes / 2;
    return gap_bytes <= 0 ? 0 : gap_bytes - gap_bytes % LOG_BUDGET_ALIGNMENT_BYTES;
}

// Those of the processes; whatever else a program writes there is not touched.
static bool is_of_process(const char *name) {
    return (text_starts_with(name, "jobmanager") || text_starts_with(name, "taskmanager")) &&
           (text_ends_with(name, ".log") || text_ends_with(name, ".out"));
}

struct look {
    const char *directory;
    int count;
    int64_t share_bytes; // 0: they are counted
};

static void shorten(const char *directory, const char *name, int64_t share_bytes) {
    AUTO(file_close) int fd = -1;
    struct stat entry;
    struct error ignored;

    if (!file_open_writable_inside(directory, name, &fd, &ignored) || fstat(fd, &entry) < 0) return;
    int64_t gap_bytes = log_budget_gap(entry.st_size, (int64_t)entry.st_blocks * 512, share_bytes);
    if (gap_bytes == 0) return;
    // A file system without gaps loses all of it rather than fill up.
    if (fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, gap_bytes) < 0)
        (void)!ftruncate(fd, 0);
}

static bool visit(void *userdata, const char *name, enum file_kind kind, struct error *err) {
    struct look *look = userdata;

    (void)err;
    if (kind != FILE_REGULAR || !is_of_process(name)) return true;
    look->count++;
    if (look->share_bytes > 0) shorten(look->directory, name, look->share_bytes);
    return true;
}

void log_budget_keep(const char *log_directory, int64_t budget_bytes) {
    struct look look = {.directory = log_directory};
    struct error ignored;

    if (!file_list_inside(log_directory, "", visit, &look, &ignored) || look.count == 0) return;
    look.share_bytes = budget_bytes / look.count;
    (void)!file_list_inside(log_directory, "", visit, &look, &ignored);
}
