// The errors of S3: code, HTTP status, text, and the XML that carries them (facts/api.md 3.3).
#pragma once

#include "base/buffer.h"
#include "base/error.h"

struct s3_fault {
    const char *code; // of the table; NULL = none
    char message[512];
};

// Fills the fault and returns false. `code` is one of the table. `format` NULL: the usual text.
bool s3_fault_set(struct s3_fault *fault, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
// What an error of the store is for S3.
bool s3_fault_of(struct s3_fault *fault, const struct error *err);
int s3_fault_status(const char *code);
// The caller frees.
char *s3_fault_body(const char *code, const char *message, const char *resource,
                    const char *request_id);
