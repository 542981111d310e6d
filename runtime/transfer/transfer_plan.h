// The files of a savepoint that are to be copied, in the order of copying: `_metadata` is last.
// Pure.
#pragma once

#include "base/cleanup.h"
#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

#define TRANSFER_PLAN_METADATA       "_metadata"
#define TRANSFER_PLAN_FILES_MAX      100000
#define TRANSFER_PLAN_NAME_MAX_BYTES 512
// Begins the names of unfinished files in a destination; no file of a savepoint may have one.
#define TRANSFER_PLAN_UNFINISHED ".kobel-unfinished-"

struct plan_file {
    char *name; // relative: "_metadata", "a/b"
    int64_t size_bytes;
    bool is_done;
};

struct transfer_plan {
    void *tree; // of struct plan_file, by name
    size_t count;
    struct plan_file **files; // sorted; NULL before transfer_plan_close()
    int64_t size_bytes;
};

// An empty name, or one that ends with '/': S3 consoles make such objects as directories.
bool transfer_plan_is_marker(const char *name);

// ERROR_INVALID: the name cannot be that of a file below a directory ("..", too long, control
// characters...), or is there already, or the size is impossible. ERROR_LIMIT: too many files.
MUST_CHECK bool transfer_plan_add(struct transfer_plan *plan, const char *name, int64_t size_bytes,
                                  struct error *err);
// No file is added afterwards. ERROR_NOT_FOUND: `_metadata` is missing. ERROR_INVALID: a file has
// the name of a directory of another.
MUST_CHECK bool transfer_plan_close(struct transfer_plan *plan, struct error *err);
// The destination has this file: it is done if it has the same size. Unknown names are ignored.
void transfer_plan_mark(struct transfer_plan *plan, const char *name, int64_t size_bytes);
void transfer_plan_release(struct transfer_plan *plan);
DEFINE_AUTO_STRUCT(transfer_plan_release, struct transfer_plan);
