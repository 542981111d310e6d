// Uploads in parts. One is a directory in the staging directory of its bucket: the file "upload"
// has its key and headers, "part-<number>" a part. So it outlives the daemon.
#pragma once

#include "base/buffer.h"
#include "base/file_path.h"
#include "runtime/objects/object_record.h"

#include <stdint.h>

#define OBJECT_PARTS_MAX       10000
#define OBJECT_PARTS_ID_SIZE   33
#define OBJECT_PARTS_PATH_SIZE 96

// Makes a new upload. ERROR_CONFIGURATION, ERROR_SYSTEM.
MUST_CHECK bool object_parts_begin(const char *root, const char *key, const json_t *headers,
                                   char out_id[static OBJECT_PARTS_ID_SIZE], struct error *err);
// Is there such an upload of that key? *out_headers: owned, may be NULL; NULL = not asked for.
// ERROR_NOT_FOUND.
MUST_CHECK bool object_parts_find(const char *root, const char *key, const char *id,
                                  json_t **out_headers, struct error *err);
// It is not an upload any more. Its directory <staging>/<id> and the parts are left to the caller;
// object_store_open() removes those that are.
void object_parts_forget(const char *root, const char *id);

// The path of a part in the bucket.
void object_parts_path(const char *id, int number, char out[static OBJECT_PARTS_PATH_SIZE]);

struct object_part {
    int number;
    int64_t size_bytes;
    int64_t modified_ms;
    char etag[OBJECT_ETAG_SIZE];
};

// ERROR_NOT_FOUND: the part was not uploaded.
MUST_CHECK bool object_parts_read(const char *root, const char *id, int number,
                                  struct object_part *out, struct error *err);

struct object_part_numbers {
    int numbers[OBJECT_PARTS_MAX];
    int count;
};
// The numbers that were uploaded, rising.
void object_parts_list(const char *root, const char *id, struct object_part_numbers *out);

// An upload of a bucket.
struct object_parts_upload {
    const char *id;
    const char *key;
    int64_t begun_ms;
};
// In no order, at most 1000. False ends it.
typedef bool object_parts_visit_fn(void *userdata, const struct object_parts_upload *upload);
void object_parts_visit(const char *root, object_parts_visit_fn *visit, void *userdata);
