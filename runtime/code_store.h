// Application code, stored once by the digest of its bytes.
//
// As on the service the object is read when the application is created or updated; what happens to
// the object later changes nothing. Reading is sliced over loop turns, so that a large jar never
// holds up a request.
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
    struct buffer *bytes;       // CODE_SOURCE_BYTES: the content; its memory is taken
};

struct code_artifact {
    char sha256[DIGEST_SHA256_HEX_SIZE];
    char md5[DIGEST_MD5_HEX_SIZE];
    int64_t size_bytes;
};

// Called once, never from within import(): exactly one of `artifact` and `err` is not NULL.
// ERROR_NOT_FOUND: no such bucket or object, or it cannot be read. ERROR_LIMIT: larger than the
// maximum. ERROR_INVALID: a zip that cannot be unpacked.
typedef void code_done_fn(void *userdata, const struct code_artifact *artifact,
                          const struct error *err);

// What of an artifact runs: itself, or the jar that lies in it.
struct code_jar {
    char path[FILE_PATH_MAX];
    char sha256[DIGEST_SHA256_HEX_SIZE]; // of that file; "": not known
};

enum code_collected {
    CODE_COLLECTED_ALL,
    CODE_COLLECTED_SOME,    // there is more to look at
    CODE_COLLECTED_NOTHING, // not now: code is being read, which has nothing on record yet
};

struct code_ops {
    void (*import)(void *self, const struct code_source *source, code_done_fn *done,
                   void *userdata);
    // Where the jar of an artifact is, by the artifact's digest; whether it is there is not
    // checked.
    bool (*find_jar)(void *self, const char *sha256, struct code_jar *out_jar, struct error *err);
    // Looks at a part of the code and removes what `is_used` denies; the next call goes on there.
    enum code_collected (*collect)(void *self, bool (*is_used)(void *userdata, const char *sha256),
                                   void *userdata);
};

struct code_port {
    const struct code_ops *ops;
    void *self;
};
