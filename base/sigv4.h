// AWS Signature Version 4: signs kobel's requests to an S3 endpoint and checks those of clients.
// Pure; tests/unit/base/sigv4_test.c compares it with the published examples.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define SIGV4_SIGNATURE_SIZE 65 // hex
#define SIGV4_DATE_SIZE      17 // "20150830T123600Z"
#define SIGV4_UNSIGNED       "UNSIGNED-PAYLOAD"
#define SIGV4_PARAMETERS_MAX 256 // of a query: more would not be signed

struct sigv4_header {
    const char *name; // lower case
    const char *value;
};

struct sigv4_request {
    const char *method;
    const char *path; // as on the request line, with its escapes
    // The same, without '?'; "" = none. X-Amz-Signature is left out.
    const char *query;
    // Those to be signed, sorted by name.
    const struct sigv4_header *headers;
    size_t header_count;
    const char *payload_sha256; // hex digest of the body, or SIGV4_UNSIGNED
    bool is_s3;                 // S3 signs the path as it is; other services escape it once more
};

// "<date>/<region>/<service>/aws4_request"; `date` is the first 8 characters of the time.
struct sigv4_scope {
    char date[9];
    char region[64];
    char service[64];
};

// The number of parameters of a query. Do not trust one with more than SIGV4_PARAMETERS_MAX.
size_t sigv4_parameter_count(const char *query);

void sigv4_sign(const struct sigv4_request *request, const struct sigv4_scope *scope,
                const char *time, const char *secret_key, char out[static SIGV4_SIGNATURE_SIZE]);

// Of a chunk of a body that is signed chunk by chunk; `previous`: the signature of the chunk before
// it, or of the request.
void sigv4_sign_chunk(const struct sigv4_scope *scope, const char *time, const char *secret_key,
                      const char *previous, const char *chunk_sha256,
                      char out[static SIGV4_SIGNATURE_SIZE]);

struct sigv4_credentials {
    const char *access_key;
    const char *secret_key;
    const char *session_token; // "" = none
    const char *region;
    const char *service; // "s3": as is_s3 above, and with the header x-amz-content-sha256
};

// A request that kobel sends.
struct sigv4_outgoing {
    const char *method;
    const char *host;
    const char *path; // as in struct sigv4_request
    const char *query;
    const char *payload_sha256;
};

#define SIGV4_HEADERS_MAX 5

// The headers to be sent, "name: value", ended by NULL. The caller frees them with
// sigv4_free_headers().
void sigv4_sign_outgoing(const struct sigv4_outgoing *request,
                         const struct sigv4_credentials *credentials, long long now_s,
                         char *out_headers[static SIGV4_HEADERS_MAX]);
void sigv4_free_headers(char *headers[static SIGV4_HEADERS_MAX]);

// Escapes all but the unreserved bytes of RFC 3986, and '/' unless `keeps_slash`. The caller frees.
char *sigv4_escape(const char *text, bool keeps_slash);

// "20150830T123600Z" from seconds since 1970, and back. False: not of that form.
void sigv4_print_time(long long epoch_s, char out[static SIGV4_DATE_SIZE]);
bool sigv4_read_time(const char *time, long long *out_epoch_s);
