#include "runtime/objects/object_store.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/file_inside.h"
#include "base/text.h"
#include "runtime/objects/object_key.h"
#include "runtime/objects/staged_file.h"
#include "runtime/objects/sweeper.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const int64_t WEEK_MS = (int64_t)7 * 24 * 3600 * 1000;

// --- names ---

// The rules of S3, and not those about addresses and prefixes that no directory needs.
static bool is_bucket_name(const char *name) {
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    size_t length = strlen(name);

    return length >= 3 && length <= 63 &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789.-") == length &&
           strchr(letters, name[0]) != NULL && strchr(letters, name[length - 1]) != NULL &&
           strstr(name, "..") == NULL;
}

bool object_store_bucket(const struct object_store *store, const char *name,
                         char out_root[static FILE_PATH_MAX]) {
    // A directory that the user made may have any name but a hidden one.
    return name[0] != '\0' && name[0] != '.' && strchr(name, '/') == NULL &&
           file_join(out_root, FILE_PATH_MAX, NULL, store->directory, name, NULL) &&
           file_is_directory(out_root);
}

bool object_store_made_ms(const struct object_store *store, const char *name, int64_t *out_ms) {
    char root[FILE_PATH_MAX];
    struct stat entry;

    if (!object_store_bucket(store, name, root) || stat(root, &entry) < 0) return false;
    *out_ms = (int64_t)entry.st_mtim.tv_sec * 1000;
    return true;
}

static bool refuse(struct error *err, int reason, const char *doing, const char *name) {
    if (file_is_forbidden(reason))
        return error_set(err, ERROR_CONFIGURATION, "%s bucket '%s': %s", doing, name,
                         strerror(reason));
    return error_system(err, reason, "%s bucket '%s'", doing, name);
}

bool object_store_add_bucket(const struct object_store *store, const char *name,
                             struct error *err) {
    char root[FILE_PATH_MAX];

    if (!is_bucket_name(name))
        return error_set(err, ERROR_INVALID, "The specified bucket is not valid.");
    if (!file_join(root, sizeof root, err, store->directory, name, NULL)) return false;
    if (!file_is_directory(store->directory) && !file_make_directories(store->directory, 0755, err))
        return false;
    if (mkdir(root, 0777) == 0) return true;
    if (errno == EEXIST) return error_set(err, ERROR_EXISTS, "bucket '%s' exists", name);
    return refuse(err, errno, "make", name);
}

bool object_store_remove_bucket(const struct object_store *store, const char *name,
                                struct error *err) {
    AUTO(file_close) int directory = -1;
    char root[FILE_PATH_MAX];

    if (!object_store_bucket(store, name, root))
        return error_set(err, ERROR_NOT_FOUND, "no bucket '%s'", name);
    if (!file_open_users_directory(root, "", &directory, err)) return false;
    (void)unlinkat(directory, OBJECT_KEY_STAGING, AT_REMOVEDIR);
    if (rmdir(root) == 0) return true;
    if (errno == ENOTEMPTY || errno == EEXIST)
        return error_set(err, ERROR_CONFLICT, "The bucket you tried to delete is not empty");
    return refuse(err, errno, "remove", name);
}

// --- what was left ---

static bool clean_bucket(void *userdata, const char *name, bool is_directory, struct error *err) {
    const struct object_store *store = userdata;
    struct clock clock = clock_system();
    char root[FILE_PATH_MAX];

    (void)is_directory; // a link to a directory is a bucket, too
    (void)err;
    if (object_store_bucket(store, name, root))
        staged_file_remove_left(root, clock_now_ms(&clock) - WEEK_MS);
    return true;
}

void object_store_open(struct object_store *store, sd_event *loop, const char *directory) {
    store->loop = loop;
    (void)text_copy(store->directory, sizeof store->directory, directory);
    store->sweeper = sweeper_new(loop);
    error_ignore(file_list(directory, clean_bucket, store, NULL));
}

void object_store_close(struct object_store *store) {
    sweeper_free(TAKE(store->sweeper));
}
