// Imports: each reads the code of one source, slice by slice in turns of the loop, into a temporary
// file of the directory of code (code_directory.h), waits for the disk, and renames the file to its
// digest. A jar within a zip is then unpacked in the same way.
#pragma once

#include "runtime/code/s3_source.h"
#include "runtime/code_store.h"

struct code_import;

// What all imports share. The owner fills it, all but the last two members.
struct code_imports {
    sd_event *loop;
    const char *code_directory;
    const char *s3_directory; // <s3_directory>/<bucket>/<key>; used where `s3` is NULL
    struct s3_client *s3;
    int64_t limit_bytes; // larger code is refused
    char *slice;         // a buffer
    struct code_import *running;
};

// As code_ops.import.
void code_imports_begin(struct code_imports *imports, const struct code_source *source,
                        code_done_fn *done, void *userdata);
// Cancels all imports, whose callbacks are not called.
void code_imports_release(struct code_imports *imports);
