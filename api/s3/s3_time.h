// The two forms of time that S3 uses. Pure.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define S3_TIME_SIZE 32

// "2026-01-31T12:00:00.000Z", in documents.
void s3_time_print_iso(int64_t time_ms, char out[static S3_TIME_SIZE]);
// "Sat, 31 Jan 2026 12:00:00 GMT", in headers, and back. False: not of that form.
void s3_time_print_http(int64_t time_ms, char out[static S3_TIME_SIZE]);
bool s3_time_read_http(const char *text, int64_t *out_ms);
