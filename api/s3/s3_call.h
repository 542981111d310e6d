// One call of the S3 endpoint, from the head of its request to its answer. The body goes to the
// store as it comes; nothing waits.
#pragma once

#include "api/s3/s3_body.h"
#include "runtime/objects/object_store.h"

struct s3_call;

// What is sent: a body, or a part of a file.
struct s3_answer {
    int status;
    const char *code; // of a fault, for the log; NULL = none
    json_t *headers;  // name: value; with Content-Type
    char *body;       // NULL = the file
    int fd;
    int64_t from_bytes;
    int64_t size_bytes; // of the body or of the part
};

struct s3_call_options {
    const struct object_store *store; // borrowed
    struct s3_message message;
    const struct s3_body_signatures *signatures; // NULL = signatures of chunks are not checked
    // From the loop: the next bytes of the body may come (s3_call_is_full()).
    void (*ready)(void *userdata);
    // Once after s3_call_run(), perhaps from within it. The caller owns the members.
    void (*answer)(void *userdata, const struct s3_answer *answer);
    void *userdata;
};

// Reads the head. Where it is refused already, s3_call_is_refused() is true.
struct s3_call *s3_call_new(const struct s3_call_options *options);
// Cancels what is under way.
void s3_call_free(struct s3_call *call); // NULL is legal
DEFINE_AUTO(s3_call_free, struct s3_call *);

// Refuses the call for a reason of the caller's.
void s3_call_refuse(struct s3_call *call, const char *code, const char *message);
bool s3_call_is_refused(const struct s3_call *call);
void s3_call_receive(struct s3_call *call, const char *bytes, size_t size_bytes);
// The caller should wait for `ready` before it receives more.
bool s3_call_is_full(const struct s3_call *call);
// All of the body has come.
void s3_call_run(struct s3_call *call);
