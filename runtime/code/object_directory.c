#include "runtime/code/object_directory.h"

#include "base/file_inside.h"
#include "base/text.h"

#include <string.h>

// The version of an object in a bucket without versions, which S3 calls so (facts/api.md 3.3).
static const char UNVERSIONED[] = "null";

// S3 takes a key as it is: "a//b" and "./b" are other objects than "a/b" and "b". A directory has
// files only for keys whose every part is a name.
static bool names_a_file(const char *key) {
    for (const char *part = key;; part += strcspn(part, "/") + 1) {
        size_t length = strcspn(part, "/");
        bool is_dots = length <= 2 && strspn(part, ".") >= length;
        if (is_dots) return false; // also an empty part
        if (part[length] == '\0') return true;
    }
}

bool object_directory_open(const char *directory, const struct code_source *source, int *out_fd,
                           struct error *err) {
    char bucket[FILE_PATH_MAX];

    if (!file_join(bucket, sizeof bucket, err, directory, source->bucket, NULL)) return false;
    if (!file_is_directory(bucket))
        return error_set(err, ERROR_NOT_FOUND, "no bucket '%s'", source->bucket);
    AUTO(file_close) int fd = -1;
    if (!names_a_file(source->key) || !file_open_linked_inside(bucket, source->key, &fd, NULL))
        return error_set(err, ERROR_NOT_FOUND, "no object '%s' in bucket '%s'", source->key,
                         source->bucket);
    if (source->object_version != NULL && !text_equal(source->object_version, UNVERSIONED))
        return error_set(err, ERROR_NOT_FOUND,
                         "no version '%s' of '%s': a directory of files keeps no versions",
                         source->object_version, source->key);
    *out_fd = file_take(&fd);
    return true;
}
