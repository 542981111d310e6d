#include "runtime/objects/staged_file.h"

#include "base/file.h"
#include "base/file_inside.h"
#include "base/memory.h"
#include "base/random_id.h"
#include "base/text.h"
#include "runtime/host/disk_sync.h"
#include "runtime/host/file_writer.h"
#include "runtime/objects/object_file.h"
#include "runtime/objects/object_key.h"
#include "runtime/objects/sweeper.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

// Of coreutils, which every Debian installs.
static const char DD[] = "/bin/dd";
static const char CAT[] = "/bin/cat";
static const char *const NO_ENVIRONMENT[] = {NULL};
static const char PREFIX[] = "new-";
// Of one command: the kernel limits the length of its arguments.
enum { JOINED_AT_ONCE = 500 };
// A disk is not filled to its last byte: the database needs some.
static const int64_t RESERVE_BYTES = (int64_t)16 << 20;

struct staged_file {
    const struct object_store *store;
    sd_event *loop;
    char root[FILE_PATH_MAX];
    int directory; // the staging directory
    int fd;
    char name[32]; // in it; "" = the file has its place, and nothing is there
    char path[FILE_PATH_MAX];
    struct file_writer *writer;
    void (*ready)(void *userdata);
    void *ready_userdata;
    struct process *child;
    const char *const *joined; // those that are not joined yet
    staged_file_done_fn *done;
    void *userdata;
};

static bool refuse(struct error *err, int reason, const char *doing) {
    if (file_is_forbidden(reason))
        return error_set(err, ERROR_CONFIGURATION, "%s: %s", doing, strerror(reason));
    if (reason == ENOSPC || reason == EDQUOT)
        return error_set(err, ERROR_UNAVAILABLE, "%s: the disk is full", doing);
    return error_system(err, reason, "%s", doing);
}

// --- life ---

static bool has_space(const struct staged_file *file, int64_t expected_bytes, struct error *err) {
    struct statvfs disk;

    if (expected_bytes <= 0 || fstatvfs(file->fd, &disk) < 0) return true;
    int64_t free_bytes = (int64_t)disk.f_bavail * (int64_t)disk.f_frsize;
    return free_bytes - RESERVE_BYTES >= expected_bytes ||
           error_set(err, ERROR_UNAVAILABLE,
                     "the disk is full: it has %lld bytes, and the object has %lld",
                     (long long)free_bytes, (long long)expected_bytes);
}

bool staged_file_open(const struct object_store *store, const char *root, int64_t expected_bytes,
                      struct staged_file **out_file, struct error *err) {
    AUTO(staged_file_free) struct staged_file *file = memory_alloc(sizeof *file);
    char random[17];

    file->store = store;
    file->loop = store->loop;
    file->directory = file->fd = -1;
    (void)text_copy(file->root, sizeof file->root, root);
    random_id_hex(random, sizeof random - 1);
    if (!file_make_users_directories(root, OBJECT_KEY_STAGING, 0700, err) ||
        !file_open_users_directory(root, OBJECT_KEY_STAGING, &file->directory, err))
        return false;
    (void)text_format(file->name, sizeof file->name, "%s%s", PREFIX, random);
    if (!file_join(file->path, sizeof file->path, err, root, OBJECT_KEY_STAGING, file->name, NULL))
        return false;
    file->fd = openat(file->directory, file->name,
                      O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (file->fd < 0) return refuse(err, errno, "make a file in the bucket");
    if (!has_space(file, expected_bytes, err)) return false;
    *out_file = TAKE(file);
    return true;
}

static bool is_large_file(int directory, const char *name) {
    struct stat entry;

    return fstatat(directory, name, &entry, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(entry.st_mode) &&
           entry.st_size >= SWEEPER_LARGE_BYTES;
}

// Also an older object, whose place was taken.
static void remove_file(struct staged_file *file) {
    if (is_large_file(file->directory, file->name))
        sweeper_add(file->store->sweeper, file->root, file->name);
    else
        (void)unlinkat(file->directory, file->name, 0);
}

// The bucket looks as before when nothing is unfinished: the directory is removed if it is empty.
static void remove_staging(const char *root) {
    AUTO(file_close) int top = -1;

    if (file_open_users_directory(root, "", &top, NULL))
        (void)unlinkat(top, OBJECT_KEY_STAGING, AT_REMOVEDIR);
}

void staged_file_free(struct staged_file *file) {
    if (file == NULL) return;
    file_writer_free(file->writer);
    process_free(file->child);
    if (file->fd >= 0 && file->name[0] != '\0') remove_file(file);
    if (file->fd >= 0) file_close(file->fd);
    if (file->directory >= 0) file_close(file->directory);
    remove_staging(file->root);
    memory_free(file);
}

// --- the end of its bytes ---

static void end(struct staged_file *file, const struct error *err) {
    file->done(file->userdata, err);
}

static void fail(struct staged_file *file) {
    struct error err;

    (void)error_set(&err, ERROR_UNAVAILABLE, "the object could not be written: is the disk full?");
    end(file, &err);
}

static void on_synced(void *userdata, struct process_end how) {
    struct staged_file *file = userdata;

    process_free(TAKE(file->child));
    if (how.was_signalled || how.number != 0)
        fail(file);
    else
        end(file, NULL);
}

static void sync_file(struct staged_file *file) {
    struct error err;

    if (!disk_sync(file->loop, file->path, NULL, on_synced, file, &file->child, &err))
        end(file, &err);
}

// --- a stream ---

static void on_ready(void *userdata) {
    struct staged_file *file = userdata;

    file->ready(file->ready_userdata);
}

static void on_written(void *userdata, const struct error *err) {
    struct staged_file *file = userdata;

    file_writer_free(TAKE(file->writer));
    if (err != NULL)
        fail(file);
    else
        sync_file(file);
}

void staged_file_begin_stream(struct staged_file *file, void (*ready)(void *userdata),
                              void *userdata) {
    struct file_writer_call call = {.loop = file->loop,
                                    .fd = file->fd,
                                    .ready = on_ready,
                                    .done = on_written,
                                    .userdata = file};

    file->ready = ready;
    file->ready_userdata = userdata;
    file->writer = file_writer_new(&call);
}

bool staged_file_add(struct staged_file *file, const void *bytes, size_t size_bytes,
                     struct error *err) {
    struct error reason;

    return file_writer_add(file->writer, bytes, size_bytes, &reason) ||
           error_set(err, ERROR_UNAVAILABLE, "%s", reason.message);
}

bool staged_file_is_full(const struct staged_file *file) {
    return file->writer != NULL && file_writer_is_full(file->writer);
}

void staged_file_finish_stream(struct staged_file *file, staged_file_done_fn *done,
                               void *userdata) {
    file->done = done;
    file->userdata = userdata;
    file_writer_finish(file->writer);
}

// --- other files ---

static void on_copied(void *userdata, struct process_end how) {
    struct staged_file *file = userdata;

    process_free(TAKE(file->child));
    if (how.was_signalled || how.number != 0)
        fail(file);
    else
        sync_file(file);
}

bool staged_file_copy(struct staged_file *file, int fd, int64_t from_bytes, int64_t size_bytes,
                      staged_file_done_fn *done, void *userdata, struct error *err) {
    char from[48];
    char to[48];
    char skip[40];
    char count[40];
    const char *const arguments[] = {DD,
                                     from,
                                     to,
                                     skip,
                                     count,
                                     "bs=1M",
                                     "iflag=skip_bytes,count_bytes,fullblock",
                                     "conv=notrunc",
                                     "status=none",
                                     NULL};
    const int fds[] = {fd, file->fd, -1};
    struct process_spec spec = {.arguments = arguments,
                                .environment = NO_ENVIRONMENT,
                                .kept_fds = fds,
                                .done = on_copied,
                                .userdata = file};

    (void)text_format(from, sizeof from, "if=/proc/self/fd/%d", fd);
    (void)text_format(to, sizeof to, "of=/proc/self/fd/%d", file->fd);
    (void)text_format(skip, sizeof skip, "skip=%lld", (long long)from_bytes);
    (void)text_format(count, sizeof count, "count=%lld", (long long)size_bytes);
    file->done = done;
    file->userdata = userdata;
    return process_start(file->loop, &spec, &file->child, err);
}

static bool join_next(struct staged_file *file, struct error *err);

static void on_joined(void *userdata, struct process_end how) {
    struct staged_file *file = userdata;
    struct error err;

    process_free(TAKE(file->child));
    if (how.was_signalled || how.number != 0)
        fail(file);
    else if (file->joined[0] == NULL)
        sync_file(file);
    else if (!join_next(file, &err))
        end(file, &err);
}

// The command's output is appended to the file.
static bool join_next(struct staged_file *file, struct error *err) {
    const char *arguments[JOINED_AT_ONCE + 3] = {CAT, "--"};
    size_t count = 2;
    char output[64];
    struct process_spec spec = {.arguments = arguments,
                                .environment = NO_ENVIRONMENT,
                                .output_root = file->root,
                                .output = output,
                                .done = on_joined,
                                .userdata = file};

    (void)text_format(output, sizeof output, "%s/%s", OBJECT_KEY_STAGING, file->name);
    for (; *file->joined != NULL && count < COUNT_OF(arguments) - 1; file->joined++)
        arguments[count++] = *file->joined;
    return process_start(file->loop, &spec, &file->child, err);
}

bool staged_file_join(struct staged_file *file, const char *const *paths, staged_file_done_fn *done,
                      void *userdata, struct error *err) {
    file->done = done;
    file->userdata = userdata;
    file->joined = paths;
    return join_next(file, err);
}

// --- its name ---

static bool check_condition(const struct staged_file *file, const struct staged_file_place *place,
                            struct error *err) {
    AUTO(object_file_release) struct object_file there = {.fd = -1};
    bool is_there;

    if (place->condition == STAGED_FILE_ALWAYS) return true;
    is_there = object_file_open(file->root, place->key, &there, err);
    if (place->condition == STAGED_FILE_IF_ABSENT)
        return !is_there || error_set(err, ERROR_STALE, "an object of that key exists");
    if (!is_there) return false;
    return text_equal(place->etag, "*") || text_equal(place->etag, there.record.etag) ||
           error_set(err, ERROR_STALE, "the ETag of the object is %s", there.record.etag);
}

static bool make_parent(const struct staged_file *file, const struct staged_file_place *place,
                        int *out_directory, const char **out_name, struct error *err) {
    const char *slash = strrchr(place->path, '/');
    AUTO(memory_free)
    char *parent =
        memory_format("%.*s", slash == NULL ? 0 : (int)(slash - place->path), place->path);

    *out_name = slash == NULL ? place->path : slash + 1;
    if ((slash != NULL && !file_make_users_directories(file->root, parent, 0777, err)) ||
        !file_open_users_directory(file->root, parent, out_directory, err)) {
        if (err != NULL && (err->kind == ERROR_SYSTEM || err->kind == ERROR_INVALID))
            return error_set(
                err, ERROR_INVALID,
                "kobel keeps objects as files: a part of the key is an object already");
        return false;
    }
    return true;
}

static bool rename_file(struct staged_file *file, int directory, const char *name,
                        const struct staged_file_place *place, struct error *err) {
    unsigned flags = place->condition == STAGED_FILE_IF_ABSENT ? RENAME_NOREPLACE : 0;

    // A large object is not replaced but exchanged, and removed under the name of the new one.
    if (flags == 0 && is_large_file(directory, name) &&
        renameat2(file->directory, file->name, directory, name, RENAME_EXCHANGE) == 0)
        return true;
    bool is_named = renameat2(file->directory, file->name, directory, name, flags) == 0;
    // Some file systems know no flags. The condition was checked in this turn.
    if (!is_named && errno == EINVAL)
        is_named = renameat(file->directory, file->name, directory, name) == 0;
    if (is_named) {
        file->name[0] = '\0';
        return true;
    }
    if (errno == EEXIST) return error_set(err, ERROR_STALE, "an object of that key exists");
    if (errno == EISDIR || errno == ENOTEMPTY)
        return error_set(err, ERROR_INVALID,
                         "kobel keeps objects as files: objects with the prefix '%.200s/' exist",
                         place->key);
    return refuse(err, errno, "name the object");
}

bool staged_file_place(struct staged_file *file, const struct object_record *record,
                       const struct staged_file_place *place,
                       char out_etag[static OBJECT_ETAG_SIZE], struct error *err) {
    AUTO(object_record_release) struct object_record written = {0};
    AUTO(file_close) int directory = -1;
    const char *name = "";
    struct stat entry;

    if (!check_condition(file, place, err) || !object_record_write(file->fd, record, err) ||
        !make_parent(file, place, &directory, &name, err))
        return false;
    if (!rename_file(file, directory, name, place, err)) return false;
    if (fstat(file->fd, &entry) < 0) return error_system(err, errno, "read the object");
    object_record_read(file->fd, &entry, &written);
    (void)text_copy(out_etag, OBJECT_ETAG_SIZE, written.etag);
    return true;
}

// --- what was left ---

struct cleaning {
    char path[FILE_PATH_MAX];
    int64_t before_ms;
};

static bool remove_entry(void *userdata, const char *name, bool is_directory, struct error *err) {
    const struct cleaning *cleaning = userdata;
    char path[FILE_PATH_MAX];
    char upload[FILE_PATH_MAX];
    struct stat entry;

    (void)err;
    if (!file_join(path, sizeof path, NULL, cleaning->path, name, NULL) ||
        !file_join(upload, sizeof upload, NULL, path, "upload", NULL))
        return true;
    bool is_kept = is_directory && file_exists(upload) && stat(path, &entry) == 0 &&
                   (int64_t)entry.st_mtim.tv_sec * 1000 >= cleaning->before_ms;
    if (!is_kept) error_ignore(file_remove_tree(path, NULL));
    return true;
}

void staged_file_remove_left(const char *root, int64_t before_ms) {
    struct cleaning cleaning = {.before_ms = before_ms};

    if (!file_join(cleaning.path, sizeof cleaning.path, NULL, root, OBJECT_KEY_STAGING, NULL) ||
        !file_is_directory(cleaning.path))
        return;
    error_ignore(file_list(cleaning.path, remove_entry, &cleaning, NULL));
    remove_staging(root);
}
