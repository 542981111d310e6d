// The token of CreateApplicationPresignedUrl and that of the session which the link begins: who may
// see which dashboard until when, signed with the secret of the data directory. Pure.
#pragma once

#include "model/app.h"

enum access_kind {
    ACCESS_LINK,    // in the URL
    ACCESS_SESSION, // in a cookie or a path
};
const char *access_kind_name(enum access_kind value); // "link"
bool access_kind_from_name(const char *name, enum access_kind *out_value);

struct access {
    enum access_kind kind;
    struct app_scope scope;
    char name[APP_NAME_SIZE];
    int64_t issued_s;
    int64_t duration_s; // that was asked for
};

#define ACCESS_TOKEN_SIZE 320

// Made of [A-Za-z0-9._~-] only, which a URL and a cookie may have.
void access_token_make(const unsigned char key[static 32], const struct access *access,
                       char out[static ACCESS_TOKEN_SIZE]);

// False: forged, damaged, of another kind or application, or expired.
bool access_token_read(const unsigned char key[static 32], const char *token, enum access_kind kind,
                       const char *name, int64_t now_s, struct access *out_access);

// A link has to be used within three minutes, and is good for its duration then (facts/api.md
// 5.12). False: it is too late for a first use.
bool access_token_may_begin(const struct access *link, int64_t now_s);
