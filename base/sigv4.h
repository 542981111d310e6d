// AWS Signature Version 4: the signature of a request. For kobel's own requests to an S3 endpoint
// and for checking those of clients. Pure; checked against the published examples in
// tests/unit/base/sigv4_test.c.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define SIGV4_SIGNATURE_SIZE 65 // hex
#define SIGV4_DATE_SIZE      17 // "20150830T123600Z"
#define SIGV4_UNSIGNED       "UNSIGNED-PAYLOAD"
#define SIGV4_PARAMETERS_MAX 256 // of a query: those behind them would not be signed

struct sigv4_header {
    const char *name; // lower case
    const char *value;
};

struct sigv4_request {
    const char *method;
    const char *path;  // as on the request line, escapes and all
    const char *query; // the same, without '?'; "" = none. X-Amz-Signature in it is left out
    const struct sigv4_header *headers; // those that are signed, by name
    size_t header_count;
    const char *payload_sha256; // hex of the body's digest, or SIGV4_UNSIGNED
    bool is_s3;                 // S3 takes the path as it is; the other services escape it again
};

// "<date>/<region>/<service>/aws4_request"; `date` is the first 8 characters of the time.
struct sigv4_scope {
    char date[9];
    char region[64];
    char service[64];
};

// How many parameters a query has; one with more than SIGV4_PARAMETERS_MAX must not be trusted.
size_t sigv4_parameter_count(const char *query);

void sigv4_sign(const struct sigv4_request *request, const struct sigv4_scope *scope,
                const char *time, const char *secret_key, char out[static SIGV4_SIGNATURE_SIZE]);

// Escapes every byte of `text` but the unreserved ones of RFC 3986 ('/' too unless `keeps_slash`).
// The caller frees.
char *sigv4_escape(const char *text, bool keeps_slash);

// "20150830T123600Z" for seconds since 1970, and back. False: not of that form.
void sigv4_print_time(long long epoch_s, char out[static SIGV4_DATE_SIZE]);
bool sigv4_read_time(const char *time, long long *out_epoch_s);
