// --auth verify: is a request signed with a known key? Signature Version 4 in the Authorization
// header or in the query string, with the errors of the service (facts/api.md 1.6). Pure.
#pragma once

#include "base/error.h"
#include "base/sigv4.h"

#include <stddef.h>
#include <stdint.h>

struct auth_key {
    char access_key[129];
    char secret_key[129];
    char session_token[2049]; // "" = requests must not have one
};

// "<access key>:<secret key>[:<session token>]". ERROR_INVALID: not of that form.
MUST_CHECK bool auth_key_parse(const char *text, struct auth_key *out_key, struct error *err);

struct auth_keys {
    const struct auth_key *keys;
    size_t count;
};

typedef bool auth_visit_fn(void *context, const char *name, const char *value);

// What the signatures of the chunks of a body begin with.
struct auth_seed {
    const struct auth_key *key; // borrowed
    struct sigv4_scope scope;
    char time[SIGV4_DATE_SIZE];
    char signature[SIGV4_SIGNATURE_SIZE];
};

// The request as it was sent; texts are borrowed.
struct auth_request {
    const char *method;
    const char *path;        // raw
    const char *query;       // raw, without '?'; "" = none
    const char *body_sha256; // in hex; of S3 what the client declared
    bool is_s3;              // else of the service's API
    struct auth_seed *seed;  // filled when the signature is right; NULL = not needed
    // The value of a header, or NULL.
    const char *(*header)(void *userdata, const char *name);
    // Calls `visit` for each header until it returns false; returns what it returned last.
    bool (*visit_headers)(void *userdata, auth_visit_fn *visit, void *context);
    void *userdata;
    int64_t now_s;
};

#define AUTH_TEXT_SIZE 1200

// True: signed with one of `keys`, over method, path, query, body, host and every x-amz-* header.
// False: the name of the exception and its text.
bool auth_check(const struct auth_keys *keys, const struct auth_request *request,
                const char **out_error_type, char out_text[static AUTH_TEXT_SIZE]);
