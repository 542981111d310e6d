#include "runtime/objects/object_file.h"

#include "base/file_inside.h"
#include "base/memory.h"
#include "base/random_id.h"
#include "base/text.h"
#include "runtime/objects/object_key.h"
#include "runtime/objects/sweeper.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void object_file_release(struct object_file *file) {
    if (file->fd >= 0) file_close(file_take(&file->fd));
    object_record_release(&file->record);
}

bool object_file_open(const char *root, const char *key, struct object_file *out,
                      struct error *err) {
    AUTO(file_close) int fd = -1;
    struct stat entry;

    if (!object_key_check(key, NULL))
        return error_set(err, ERROR_NOT_FOUND, "The specified key does not exist.");
    AUTO(memory_free) char *path = object_key_path(key);
    if (!file_open_linked_inside(root, path, &fd, NULL) || fstat(fd, &entry) < 0)
        return error_set(err, ERROR_NOT_FOUND, "The specified key does not exist.");
    *out = (struct object_file){
        .fd = fd, .size_bytes = entry.st_size, .modified_ms = (int64_t)entry.st_mtim.tv_sec * 1000};
    object_record_read(fd, &entry, &out->record);
    (void)file_take(&fd);
    return true;
}

// Removes the directories of `path`, the innermost first, until one is not empty.
static void remove_empty(const char *root, char *path) {
    for (char *slash = strrchr(path, '/'); slash != NULL; slash = strrchr(path, '/')) {
        AUTO(file_close) int directory = -1;
        *slash = '\0';
        const char *cut = strrchr(path, '/');
        AUTO(memory_free)
        char *parent = memory_format("%.*s", cut == NULL ? 0 : (int)(cut - path), path);
        const char *name = cut == NULL ? path : cut + 1;
        if (!file_open_users_directory(root, parent, &directory, NULL) ||
            unlinkat(directory, name, AT_REMOVEDIR) < 0)
            return;
    }
}

// Moves a large file to the staging directory, where it is removed later. False: it is not large,
// or cannot be moved.
static bool sweep_large(const struct object_store *store, const char *root, int directory,
                        const char *name) {
    AUTO(file_close) int staging = -1;
    char random[17];
    char swept[32];
    struct stat entry;

    if (fstatat(directory, name, &entry, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(entry.st_mode) ||
        entry.st_size < SWEEPER_LARGE_BYTES)
        return false;
    random_id_hex(random, sizeof random - 1);
    (void)text_format(swept, sizeof swept, "old-%s", random);
    if (!file_make_users_directories(root, OBJECT_KEY_STAGING, 0700, NULL) ||
        !file_open_users_directory(root, OBJECT_KEY_STAGING, &staging, NULL) ||
        renameat(directory, name, staging, swept) < 0)
        return false;
    sweeper_add(store->sweeper, root, swept);
    return true;
}

bool object_file_remove(const struct object_store *store, const char *root, const char *key,
                        struct error *err) {
    AUTO(file_close) int directory = -1;
    struct error reason;

    if (!object_key_check(key, NULL)) return true;
    AUTO(memory_free) char *path = object_key_path(key);
    const char *slash = strrchr(path, '/');
    AUTO(memory_free)
    char *parent = memory_format("%.*s", slash == NULL ? 0 : (int)(slash - path), path);
    if (!file_open_users_directory(root, parent, &directory, &reason))
        return reason.kind == ERROR_NOT_FOUND || error_set(err, reason.kind, "%s", reason.message);
    const char *name = slash == NULL ? path : slash + 1;
    if (!sweep_large(store, root, directory, name) && unlinkat(directory, name, 0) < 0) {
        if (errno == ENOENT || errno == EISDIR) return true;
        return file_is_forbidden(errno)
                   ? error_set(err, ERROR_CONFIGURATION, "remove the object: %s", strerror(errno))
                   : error_system(err, errno, "remove the object");
    }
    remove_empty(root, path);
    return true;
}
