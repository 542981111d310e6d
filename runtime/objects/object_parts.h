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
#define OBJECT_PARTS_NAME_SIZE 24

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

// The place of the parts of an upload in the bucket. The names of parts are in the order of their
// numbers; object_parts_number() of another name is 0.
void object_parts_directory(const char *id, char out[static OBJECT_PARTS_PATH_SIZE]);
void object_parts_name(int number, char out[static OBJECT_PARTS_NAME_SIZE]);
int object_parts_number(const char *name);

// The key of an upload; NULL: there is none of that id, which may be any name. The caller frees it.
char *object_parts_key(const char *root, const char *id);
int64_t object_parts_begun_ms(const char *root, const char *id); // 0 = not known
