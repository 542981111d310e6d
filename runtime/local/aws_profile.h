// Access keys in the files that the AWS command line and the SDKs share (~/.aws/credentials).
#pragma once

#include "base/error.h"

struct aws_keys {
    char access_key[256]; // "" = none
    char secret_key[256];
    char session_token[4096]; // "" = none
};

// Those of a section, "[name]" or "[profile name]", of the file's text; not found: `out` is
// unchanged and false.
bool aws_profile_parse(const char *text, const char *profile, struct aws_keys *out);
// Those of the profile AWS_PROFILE (or "default") in the files that AWS_SHARED_CREDENTIALS_FILE and
// AWS_CONFIG_FILE name, or in ~/.aws. Reads the two files; false: none has keys.
bool aws_profile_read(struct aws_keys *out);
