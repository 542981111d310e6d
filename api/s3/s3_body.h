// The body of a request: takes off the encoding aws-chunked, computes the MD5 and the checksum that
// the client announced, and compares them at the end.
#pragma once

#include "api/s3/s3_request.h"
#include "base/digest.h"
#include "base/json.h"

#include <stdint.h>

struct s3_body;

// Gets the bytes of the object. False: they are refused, and the fault is set.
typedef bool s3_body_sink_fn(void *userdata, const char *bytes, size_t size_bytes,
                             struct s3_fault *fault);

// The signatures of chunks, where they are checked: called with each chunk that is complete.
struct s3_body_signatures {
    // False: the signature is wrong.
    bool (*check)(void *userdata, const char *chunk_sha256, const char *signature);
    void *userdata;
};

// `signatures` NULL: they are not checked. ERRORS of the headers: InvalidDigest, InvalidRequest,
// NotImplemented.
MUST_CHECK bool s3_body_new(const struct s3_request *request,
                            const struct s3_body_signatures *signatures, s3_body_sink_fn *sink,
                            void *userdata, struct s3_body **out_body, struct s3_fault *fault);
void s3_body_free(struct s3_body *body);
DEFINE_AUTO(s3_body_free, struct s3_body *);

// The bytes of the object by the headers; -1: they do not say.
int64_t s3_body_expected_bytes(const struct s3_body *body);
MUST_CHECK bool s3_body_add(struct s3_body *body, const char *bytes, size_t size_bytes,
                            struct s3_fault *fault);
// *out_checksums: the header of the checksum and its value; owned, NULL = the client sent none.
// BadDigest, XAmzContentSHA256Mismatch, IncompleteBody.
MUST_CHECK bool s3_body_finish(struct s3_body *body, char out_md5[static DIGEST_MD5_HEX_SIZE],
                               json_t **out_checksums, struct s3_fault *fault);
