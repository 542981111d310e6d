// A request to S3: the bucket and key that it names, its parameters and headers, and which
// operation it is. Pure.
#pragma once

#include "api/s3/s3_fault.h"

#include <stdint.h>

enum s3_operation {
    S3_LIST_BUCKETS,
    S3_CREATE_BUCKET,
    S3_HEAD_BUCKET,
    S3_DELETE_BUCKET,
    S3_GET_LOCATION,
    S3_GET_VERSIONING,
    S3_LIST_OBJECTS,
    S3_LIST_OBJECTS_V2,
    S3_LIST_UPLOADS,
    S3_DELETE_OBJECTS,
    S3_GET_OBJECT,
    S3_HEAD_OBJECT,
    S3_GET_TAGGING,
    S3_PUT_OBJECT,
    S3_COPY_OBJECT,
    S3_DELETE_OBJECT,
    S3_CREATE_UPLOAD,
    S3_UPLOAD_PART,
    S3_COPY_PART,
    S3_COMPLETE_UPLOAD,
    S3_ABORT_UPLOAD,
    S3_LIST_PARTS,
};

#define S3_PARAMETERS_MAX 64

// As it was sent; borrowed until s3_request_release().
struct s3_message {
    const char *method;
    const char *path;  // with its escapes
    const char *query; // without '?'
    // NULL where it is missing.
    const char *(*header)(void *userdata, const char *name);
    // Calls `visit` for each header until it returns false; returns what it returned last.
    bool (*visit_headers)(void *userdata,
                          bool (*visit)(void *context, const char *name, const char *value),
                          void *context);
    void *userdata;
    const char *request_id;
};

struct s3_parameter {
    char *name;
    char *value;
};

struct s3_request {
    struct s3_message message;
    enum s3_operation operation;
    char bucket[256]; // "" = the list of buckets
    char *key;        // "" = the bucket
    struct s3_parameter parameters[S3_PARAMETERS_MAX];
    int parameter_count;
};

// Does a request belong to S3 by its signature: of the service s3, or in the older form, which only
// S3 still knows?
bool s3_request_is_signed(const char *authorization, const char *query);
// The bucket of a path, or of a host such as bucket.localhost. False: none is named.
bool s3_request_bucket(const char *host, const char *path, char *out, size_t size_bytes);

// The request is to be released also when it is refused: InvalidURI, MethodNotAllowed,
// NotImplemented, InvalidArgument.
MUST_CHECK bool s3_request_read(const struct s3_message *message, struct s3_request *out,
                                struct s3_fault *fault);
void s3_request_release(struct s3_request *request);
DEFINE_AUTO_STRUCT(s3_request_release, struct s3_request);

// NULL where it is missing.
const char *s3_request_parameter(const struct s3_request *request, const char *name);
const char *s3_request_header(const struct s3_request *request, const char *name);
// A whole number from 0 to `limit`. False: InvalidArgument.
MUST_CHECK bool s3_request_number(const struct s3_request *request, const char *name,
                                  int64_t fallback, int64_t limit, int64_t *out,
                                  struct s3_fault *fault);
