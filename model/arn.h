// The Amazon resource names that kobel reads or writes.
#pragma once

#include "base/error.h"
#include "model/app.h"
#include "model/enhanced_snapshot.h"

#include <stddef.h>

#define ARN_SIZE 2049

// "arn:aws:kinesisanalytics:<region>:<account>:application/<name>"; the partition depends on
// the Region (aws-cn for cn-*, aws-us-gov for us-gov-*).
void arn_of_app(const struct app_scope *scope, const char *name, char out[static ARN_SIZE]);

// "arn:aws:kms:<region>:<account>:" and what follows, which is a kind ("key/", "") and a name.
void arn_of_kms(const struct app_scope *scope, const char *kind, const char *name,
                char out[static ARN_SIZE]);

// ERROR_INVALID: not the ARN of an application of this service.
MUST_CHECK bool arn_parse_app(const char *arn, struct app_scope *out_scope,
                              char out_name[static APP_NAME_SIZE], struct error *err);

// The same of an enhanced snapshot, which belongs to no application: "...:snapshot/<name>"
// (facts/api.md 12.2).
void arn_of_snapshot(const struct app_scope *scope, const char *name, char out[static ARN_SIZE]);
// Does it name a snapshot, however well?
bool arn_is_snapshot(const char *arn);
// ERROR_INVALID: not the ARN of an enhanced snapshot of this service.
MUST_CHECK bool arn_parse_snapshot(const char *arn, struct app_scope *out_scope,
                                   char out_name[static ENHANCED_NAME_SIZE], struct error *err);

// "arn:aws:s3:::bucket" → "bucket". ERROR_INVALID: not the ARN of a bucket, or a name that could be
// a path out of the bucket directory.
MUST_CHECK bool arn_parse_bucket(const char *arn, char *out_bucket, size_t size_bytes,
                                 struct error *err);
