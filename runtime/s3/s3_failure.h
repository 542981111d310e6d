// Why an S3 endpoint did not do what it was asked, for the caller to decide and for the user to
// read. Pure.
#pragma once

#include "runtime/http/http_client.h"

enum s3_fault {
    S3_FAULT_ACCESS,  // refused: credentials, policies
    S3_FAULT_BUCKET,  // there is no such bucket
    S3_FAULT_REGION,  // the bucket is in another Region than the endpoint or the signature
    S3_FAULT_OBJECT,  // there is no such object, or upload
    S3_FAULT_PASSING, // no answer, or an answer of a server that cannot now
    S3_FAULT_LOCAL,   // the file of this machine
    S3_FAULT_CHANGED, // the object, while it was read
    S3_FAULT_OTHER,
};

struct s3_failure {
    enum s3_fault fault;
    char message[512]; // one line
};

// How a task of this room ends: called once, never from within the call that began it; NULL =
// success.
typedef void s3_end_fn(void *userdata, const struct s3_failure *failure);

// Exactly one of `reply` and `err` is not NULL, as s3_reply_fn gets them. `what` the request was,
// for the message: "list the bucket 'b'".
struct s3_failure s3_failure_of(const char *what, const struct http_reply *reply,
                                const struct error *err);
// The answer is a success by its status. It may still be an error: S3 begins the answer to
// CompleteMultipartUpload before it knows.
bool s3_failure_is_success(const struct http_reply *reply);
