// Amazon resource names, as far as kobel reads or writes them.
#pragma once

#include "base/error.h"
#include "model/app.h"

#include <stddef.h>

#define ARN_SIZE 2049

// "arn:aws:kinesisanalytics:<region>:<account>:application/<name>"; the partition follows from the
// region (cn-* aws-cn, us-gov-* aws-us-gov).
void arn_of_app(const struct app_scope *scope, const char *name, char out[static ARN_SIZE]);

// ERROR_INVALID: not the ARN of an application of this service. Outputs are its scope and name.
MUST_CHECK bool arn_parse_app(const char *arn, struct app_scope *out_scope,
                              char out_name[static APP_NAME_SIZE], struct error *err);

// "arn:aws:s3:::bucket" → "bucket". ERROR_INVALID: not the ARN of a bucket, or a name that could
// leave its directory.
MUST_CHECK bool arn_parse_bucket(const char *arn, char *out_bucket, size_t size_bytes,
                                 struct error *err);
