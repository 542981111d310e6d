#include "runtime/code/object_directory.h"

#include "base/file_inside.h"

bool object_directory_open(const char *directory, const struct code_source *source, int *out_fd,
                           struct error *err) {
    char bucket[FILE_PATH_MAX];

    if (!file_join(bucket, sizeof bucket, err, directory, source->bucket, NULL)) return false;
    if (!file_is_directory(bucket))
        return error_set(err, ERROR_NOT_FOUND, "no bucket '%s'", source->bucket);
    AUTO(file_close) int fd = -1;
    if (!file_open_linked_inside(bucket, source->key, &fd, NULL))
        return error_set(err, ERROR_NOT_FOUND, "no object '%s' in bucket '%s'", source->key,
                         source->bucket);
    if (source->object_version != NULL)
        return error_set(err, ERROR_NOT_FOUND,
                         "no version '%s' of '%s': a directory of files keeps no versions",
                         source->object_version, source->key);
    *out_fd = file_take(&fd);
    return true;
}
