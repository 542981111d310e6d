// The port to the code of applications, which is stored once, by the digest of its bytes.
//
// As on the service, the object is read when the application is created or updated: later changes
// of the object have no effect. Reading is spread over turns of the loop, so that a large jar never
// delays a request.
#pragma once

#include "base/buffer.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/file.h"

#include <stdint.h>

enum code_source_kind { CODE_SOURCE_S3, CODE_SOURCE_BYTES };

struct code_source {
    enum code_source_kind kind;
    const char *bucket; // CODE_SOURCE_S3: the bare name; borrowed for the call
    const char *key;
    const char *object_version; // NULL = the newest
    struct buffer *bytes;       // CODE_SOURCE_BYTES: the content; its memory is moved out
};

// The stored bytes of one source: a jar, or a zip around it (a Python program). Named by `sha256`;
// what it contains is not recorded.
struct code_artifact {
    char sha256[DIGEST_SHA256_HEX_SIZE];
    char md5[DIGEST_MD5_HEX_SIZE];
    int64_t size_bytes;
};

// Called once, never from within import(): exactly one of `artifact` and `err` is not NULL.
// ERROR_NOT_FOUND: no such bucket or object, or it cannot be read. ERROR_LIMIT: larger than the
// maximum. ERROR_INVALID: a zip that cannot be unpacked, or code that the service refuses.
typedef void code_done_fn(void *userdata, const struct code_artifact *artifact,
                          const struct error *err);

// The file of an artifact that runs: the artifact, or the jar in it.
struct code_jar {
    char path[FILE_PATH_MAX];
    char sha256[DIGEST_SHA256_HEX_SIZE]; // of that file; "" = unknown
    char problem[400];                   // why it cannot run, for the user; "" = none is known
};

enum code_collected {
    CODE_COLLECTED_ALL,
    CODE_COLLECTED_SOME,    // call again
    CODE_COLLECTED_NOTHING, // not now: code is being read, which no record refers to yet
};
// Does a record refer to the artifact with this digest?
typedef bool code_is_used_fn(void *userdata, const char *sha256);

struct code_ops {
    void (*import)(void *self, const struct code_source *source, code_done_fn *done,
                   void *userdata);
    // The jar of an artifact, by the artifact's digest. Whether the file exists is not checked.
    bool (*find_jar)(void *self, const char *sha256, struct code_jar *out_jar, struct error *err);
    // Checks a part of the artifacts and removes those that are not used. The next call continues
    // after them.
    enum code_collected (*collect)(void *self, code_is_used_fn *is_used, void *userdata);
};

struct code_port {
    const struct code_ops *ops;
    void *self;
};
