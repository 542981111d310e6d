// The code of `kobel run`: a jar as it was at one moment, and how it is sent to the daemon.
#pragma once

#include "base/digest.h"
#include "base/file.h"
#include "base/json.h"

struct run_code {
    char md5[DIGEST_MD5_HEX_SIZE]; // as DescribeApplication returns it
    int64_t size_bytes;
    bool names_main_class;    // its manifest does
    char *base64;             // sent in the request; NULL: sent as an object
    char key[64];             // of the object in the bucket kobel-run
    char path[FILE_PATH_MAX]; // of that object
};
void run_code_release(struct run_code *code);
DEFINE_AUTO_STRUCT(run_code_release, struct run_code);

// `objects`: the daemon's directory of buckets, for what is too large for a request; NULL = none.
// ERROR_CONFLICT: the file is not complete yet. ERROR_LIMIT: too large.
MUST_CHECK bool run_code_read(const char *path, const char *objects, struct run_code *out_code,
                              struct error *err);

// What changed code lacks that the code before it had.
enum run_code_loss {
    RUN_CODE_WHOLE,
    RUN_CODE_SHRANK, // more than half of the bytes
    RUN_CODE_LOST_MAIN_CLASS,
};
enum run_code_loss run_code_loss_of(const struct run_code *before, const struct run_code *after);

// ApplicationCodeConfiguration and ApplicationCodeConfigurationUpdate.
json_t *run_code_configuration(const struct run_code *code);
json_t *run_code_change(const struct run_code *code);
