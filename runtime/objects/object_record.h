// What is kept of an object beside its bytes: its ETag, headers and checksums, in an extended
// attribute of the file. It counts only as long as size and time of the file are those that the
// record was written for: a user may change files by hand.
#pragma once

#include "base/error.h"
#include "base/json.h"

#include <sys/stat.h>

#define OBJECT_ETAG_SIZE 48 // 32 hex digits, "-10000"

struct object_record {
    char etag[OBJECT_ETAG_SIZE]; // without quotation marks
    char upload_id[33];          // of the upload in parts that made it; "" = none
    json_t *headers;             // name in lower case: value; owned; NULL = none
    json_t *checksums;           // the same
};

void object_record_release(struct object_record *record);
DEFINE_AUTO_STRUCT(object_record_release, struct object_record);

// The file must not be written to after that. ERROR_LIMIT: the headers are too long. A file system
// without extended attributes keeps none; that is a success.
MUST_CHECK bool object_record_write(int fd, const struct object_record *record, struct error *err);
// Without a record the ETag is made from the file's identity, size and time; with "-1" at its end
// clients do not take it for an MD5.
void object_record_read(int fd, const struct stat *entry, struct object_record *out);
