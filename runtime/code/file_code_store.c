#include "runtime/code/file_code_store.h"

#include "base/file.h"
#include "base/file_inside.h"
#include "base/jar_within.h"
#include "base/memory.h"
#include "base/random_id.h"
#include "base/text.h"
#include "runtime/host/disk_sync.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// What one import reads in one turn of the loop: under 10 ms on any disk that is not overloaded.
static const size_t SLICE_BYTES = (size_t)1 << 20;
static const char JAR_SUFFIX[] = ".jar";
static const char JAR_DIGEST_SUFFIX[] = ".jar.sha256";

struct import {
    struct code_store *store;
    struct import *next;
    sd_event_source *turn; // NULL: pieces come from `get`, or it has not begun
    struct s3_get *get;
    int from;            // the object; -1: bytes
    struct buffer bytes; // of CODE_SOURCE_BYTES
    size_t taken;        // of bytes
    int to;
    char partial[FILE_PATH_MAX];
    int64_t size_bytes;
    struct digest *digest;
    struct code_artifact artifact; // once all of it was taken
    struct jar_within *jar;        // from then on: what is copied now
    bool rereads;                  // it was copied: its own digest is computed
    struct process *sync;          // `partial` is whole, and on its way to the disk
    bool has_failed;
    struct error failure; // found at the start, told in the next turn
    code_done_fn *done;
    void *userdata;
};

struct code_store {
    sd_event *loop;
    char code_directory[FILE_PATH_MAX];
    char s3_directory[FILE_PATH_MAX];
    struct s3_source *s3; // NULL: the directory
    int64_t limit_bytes;
    char *slice;
    struct import *imports;
    DIR *uncollected; // what is left of the collection under way; NULL = there is none
};

// --- life of an import ---

static void free_import(struct import *import) {
    struct import **place = &import->store->imports;

    while (*place != import)
        place = &(*place)->next;
    *place = import->next;
    (void)sd_event_source_disable_unref(import->turn);
    s3_get_cancel(import->get);
    process_free(import->sync);
    file_close(import->from);
    file_close(import->to);
    if (import->partial[0] != '\0') (void)unlink(import->partial);
    buffer_release(&import->bytes);
    digest_free(import->digest);
    jar_within_free(import->jar);
    memory_free(import);
}

// `err` NULL: it is kept.
static void finish(struct import *import, const struct error *err) {
    struct code_artifact artifact = import->artifact;
    code_done_fn *done = import->done;
    void *userdata = import->userdata;

    free_import(import);
    done(userdata, err == NULL ? &artifact : NULL, err);
}

// --- slices ---

// The next bytes; *out_size 0 at the end.
static bool next_slice(struct import *import, const char **out_bytes, size_t *out_size,
                       struct error *err) {
    struct code_store *store = import->store;

    if (import->from < 0) {
        size_t left = import->bytes.size_bytes - import->taken;
        *out_size = left < SLICE_BYTES ? left : SLICE_BYTES;
        *out_bytes = buffer_text(&import->bytes) + import->taken;
        import->taken += *out_size;
        return true;
    }
    ssize_t got = read(import->from, store->slice, SLICE_BYTES);
    if (got < 0) return error_system(err, errno, "read the object");
    *out_size = (size_t)got;
    *out_bytes = store->slice;
    return true;
}

static bool take_bytes(struct import *import, const char *bytes, size_t size, struct error *err) {
    import->size_bytes += (int64_t)size;
    if (import->size_bytes > import->store->limit_bytes)
        return error_set(err, ERROR_LIMIT, "The application code is larger than %lld bytes.",
                         (long long)import->store->limit_bytes);
    digest_add(import->digest, bytes, size);
    errno = 0;
    if (size > 0 && write(import->to, bytes, size) != (ssize_t)size)
        return error_system(err, errno == 0 ? ENOSPC : errno, "store the application code");
    return true;
}

static bool take_slice(struct import *import, bool *out_is_last, struct error *err) {
    const char *bytes = NULL;
    size_t size = 0;

    if (!next_slice(import, &bytes, &size, err)) return false;
    *out_is_last = size == 0;
    return take_bytes(import, bytes, size, err);
}

// --- keeping ---

static bool open_partial(struct import *import, struct error *err) {
    char name[48];

    (void)text_copy(name, sizeof name, ".partial-");
    random_id_hex(name + strlen(name), 16);
    if (!file_join(import->partial, sizeof import->partial, err, import->store->code_directory,
                   name, NULL))
        return false;
    import->to = open(import->partial, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (import->to >= 0) return true;
    int reason = errno;
    import->partial[0] = '\0';
    return error_system(err, reason, "store the application code");
}

static bool path_of(const char *code_directory, const char *sha256, const char *suffix,
                    char out_path[static FILE_PATH_MAX], struct error *err) {
    char name[DIGEST_SHA256_HEX_SIZE + sizeof JAR_DIGEST_SUFFIX];

    (void)text_format(name, sizeof name, "%s%s", sha256, suffix);
    return file_join(out_path, FILE_PATH_MAX, err, code_directory, name, NULL);
}

// What is there already is the same.
static bool keep_as(struct import *import, const char *suffix, char out_path[static FILE_PATH_MAX],
                    struct error *err) {
    const char *directory = import->store->code_directory;

    if (!path_of(directory, import->artifact.sha256, suffix, out_path, err)) return false;
    if (rename(import->partial, out_path) < 0)
        return error_system(err, errno, "store the application code");
    import->partial[0] = '\0';
    file_close(import->to);
    import->to = -1;
    return true;
}

static void on_disk(void *userdata, struct process_end end);

static bool begin_sync(struct import *import, const char *beside, struct error *err) {
    return disk_sync(import->store->loop, import->partial, beside, on_disk, import, &import->sync,
                     err);
}

// All of the object was taken.
static bool settle(struct import *import, struct error *err) {
    import->artifact.size_bytes = import->size_bytes;
    digest_finish(import->digest, import->artifact.sha256, import->artifact.md5);
    return begin_sync(import, NULL, err);
}

// A jar that lies in it is what will run, and is copied next.
static bool keep_object(struct import *import, struct error *err) {
    char path[FILE_PATH_MAX];

    if (!keep_as(import, "", path, err) || !jar_within_open(path, &import->jar, err)) return false;
    return import->jar == NULL || open_partial(import, err);
}

static bool copy_jar(struct import *import, struct error *err) {
    bool is_last = false;

    if (!jar_within_copy(import->jar, import->to, (int64_t)SLICE_BYTES, import->store->limit_bytes,
                         &is_last, err))
        return false;
    if (!is_last) return true;
    import->rereads = true;
    digest_free(import->digest);
    import->digest = digest_new();
    return lseek(import->to, 0, SEEK_SET) == 0 || error_system(err, errno, "read the jar");
}

// The digest of a jar that lay in a zip is kept beside it: it is checked whenever the jar is
// staged.
static bool keep_digest(struct import *import, struct error *err) {
    const char *directory = import->store->code_directory;
    char sha256[DIGEST_SHA256_HEX_SIZE];
    char md5[DIGEST_MD5_HEX_SIZE];
    char path[FILE_PATH_MAX];

    digest_finish(import->digest, sha256, md5);
    return path_of(directory, import->artifact.sha256, JAR_DIGEST_SUFFIX, path, err) &&
           file_write_inside(directory, file_below(directory, path), sha256, strlen(sha256), 0644,
                             err) &&
           begin_sync(import, path, err);
}

static bool reread_jar(struct import *import, struct error *err) {
    ssize_t got = read(import->to, import->store->slice, SLICE_BYTES);

    if (got < 0) return error_system(err, errno, "read the jar");
    if (got == 0) return keep_digest(import, err);
    digest_add(import->digest, import->store->slice, (size_t)got);
    return true;
}

// --- turns ---

static bool advance(struct import *import, struct error *err) {
    bool is_last = false;

    if (import->has_failed)
        return error_set(err, import->failure.kind, "%s", import->failure.message);
    if (import->rereads) return reread_jar(import, err);
    if (import->jar != NULL) return copy_jar(import, err);
    if (!take_slice(import, &is_last, err)) return false;
    return !is_last || settle(import, err);
}

static int on_turn(sd_event_source *source, uint64_t now_us, void *userdata) {
    struct import *import = userdata;
    struct error err;

    (void)now_us;
    if (!advance(import, &err)) {
        finish(import, &err);
        return 0;
    }
    if (import->sync != NULL) return 0;
    // A timer that is due becomes pending when the loop looks, together with everything else: a
    // deferred source is pending before that, and no socket would be served until the end.
    (void)sd_event_source_set_time(source, 0);
    (void)sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
    return 0;
}

// Without a turn of the loop nothing would ever be told: a loop that cannot take one is at its end
// anyway.
static void begin_turns(struct import *import) {
    import->turn = sd_event_source_disable_unref(import->turn);
    if (sd_event_add_time(import->store->loop, &import->turn, CLOCK_MONOTONIC, 0, 1, on_turn,
                          import) < 0)
        abort();
}

// `end`: of the child that waited for the disk.
static bool keep(struct import *import, struct process_end end, bool *out_is_done,
                 struct error *err) {
    char path[FILE_PATH_MAX];

    if (end.was_signalled || end.number != 0)
        return error_set(err, ERROR_SYSTEM, "store the application code: the disk did not take it");
    *out_is_done = import->jar != NULL;
    if (*out_is_done) return keep_as(import, JAR_SUFFIX, path, err);
    if (!keep_object(import, err)) return false;
    *out_is_done = import->jar == NULL;
    return true;
}

static void on_disk(void *userdata, struct process_end end) {
    struct import *import = userdata;
    bool is_done = false;
    struct error err;

    process_free(TAKE(import->sync));
    if (!keep(import, end, &is_done, &err))
        finish(import, &err);
    else if (is_done)
        finish(import, NULL);
    else
        begin_turns(import);
}

// --- pieces from an S3 endpoint ---

static bool on_piece(void *userdata, const char *bytes, size_t size_bytes) {
    struct import *import = userdata;

    import->has_failed = !take_bytes(import, bytes, size_bytes, &import->failure);
    return !import->has_failed;
}

static void on_restart(void *userdata) {
    struct import *import = userdata;

    digest_free(import->digest);
    import->digest = digest_new();
    import->size_bytes = 0;
    import->has_failed = ftruncate(import->to, 0) < 0 || lseek(import->to, 0, SEEK_SET) < 0;
    if (import->has_failed)
        (void)error_system(&import->failure, errno, "store the application code");
}

static void on_got(void *userdata, const struct error *reason) {
    struct import *import = userdata;
    struct error err;

    import->get = NULL;
    // What we could not take says more than that the request was given up for it.
    if (import->has_failed) {
        err = import->failure;
        finish(import, &err);
    } else if (reason != NULL) {
        finish(import, reason);
    } else if (!settle(import, &err)) {
        finish(import, &err);
    }
}

static void begin_get(struct import *import, const struct code_source *source) {
    struct s3_object object = {
        .bucket = source->bucket, .key = source->key, .version = source->object_version};
    struct s3_taker taker = {
        .restart = on_restart, .sink = on_piece, .done = on_got, .userdata = import};

    import->get = s3_source_get(import->store->s3, &object, &taker);
}

// --- starting ---

// Opens <s3>/<bucket>/<key>, which cannot lead out of the bucket: not by "..", not by a link. What
// lies there may be anything, a FIFO too, which nobody may wait for.
static bool open_object(const struct code_store *store, const struct code_source *source,
                        int *out_fd, struct error *err) {
    char bucket[FILE_PATH_MAX];
    struct error reason;

    if (!file_join(bucket, sizeof bucket, err, store->s3_directory, source->bucket, NULL))
        return false;
    if (!file_is_directory(bucket))
        return error_set(err, ERROR_NOT_FOUND, "no bucket '%s'", source->bucket);
    AUTO(file_close) int fd = -1;
    if (!file_open_linked_inside(bucket, source->key, &fd, &reason))
        return error_set(err, ERROR_NOT_FOUND, "no object '%s' in bucket '%s'", source->key,
                         source->bucket);
    if (source->object_version != NULL)
        return error_set(err, ERROR_NOT_FOUND,
                         "no version '%s' of '%s': a directory of files keeps no versions",
                         source->object_version, source->key);
    *out_fd = file_take(&fd);
    return true;
}

static bool open_ends(struct import *import, const struct code_source *source, struct error *err) {
    struct code_store *store = import->store;

    if (source->kind == CODE_SOURCE_S3 && store->s3 == NULL &&
        !open_object(store, source, &import->from, err))
        return false;
    return open_partial(import, err);
}

static void import_code(void *self, const struct code_source *source, code_done_fn *done,
                        void *userdata) {
    struct code_store *store = self;
    struct import *import = memory_alloc(sizeof *import);

    import->store = store;
    import->from = import->to = -1;
    import->digest = digest_new();
    import->done = done;
    import->userdata = userdata;
    import->next = store->imports;
    store->imports = import;
    if (source->kind == CODE_SOURCE_BYTES) {
        import->bytes = *source->bytes;
        *source->bytes = BUFFER_INIT(source->bytes->limit_bytes);
    }
    import->has_failed = !open_ends(import, source, &import->failure);
    if (!import->has_failed && source->kind == CODE_SOURCE_S3 && store->s3 != NULL) {
        begin_get(import, source);
        return;
    }
    begin_turns(import);
}

// --- collecting ---

// Each is a question to the database; to remove one takes as long as many of those.
enum { COLLECTED_AT_ONCE = 100, REMOVAL_COUNTS_AS = 20 };

// What cannot be removed is passed over, and met again by the next collection. Returns what it
// counts as.
static int collect_one(const struct code_store *store, const char *name,
                       bool (*is_used)(void *userdata, const char *sha256), void *userdata) {
    char sha256[DIGEST_SHA256_HEX_SIZE];
    char path[FILE_PATH_MAX];
    struct error ignored;

    (void)text_format(sha256, sizeof sha256, "%.*s", (int)strcspn(name, "."), name);
    if (text_equal(name, ".") || text_equal(name, "..")) return 1;
    if (name[0] != '.' && is_used(userdata, sha256)) return 1;
    if (!file_join(path, sizeof path, &ignored, store->code_directory, name, NULL)) return 1;
    (void)unlink(path);
    return REMOVAL_COUNTS_AS;
}

// The directory stays open from one slice to the next: what is added meanwhile is in use, or met by
// the next collection.
static enum code_collected collect(void *self, bool (*is_used)(void *userdata, const char *sha256),
                                   void *userdata) {
    struct code_store *store = self;

    if (store->imports != NULL) return CODE_COLLECTED_NOTHING;
    if (store->uncollected == NULL) store->uncollected = opendir(store->code_directory);
    if (store->uncollected == NULL) return CODE_COLLECTED_NOTHING;
    for (int count = 0; count < COLLECTED_AT_ONCE;) {
        const struct dirent *entry = readdir(store->uncollected);
        if (entry == NULL) {
            (void)closedir(store->uncollected);
            store->uncollected = NULL;
            return CODE_COLLECTED_ALL;
        }
        count += collect_one(store, entry->d_name, is_used, userdata);
    }
    return CODE_COLLECTED_SOME;
}

// The digest of a jar that lay in a zip; "" where an earlier version kept none.
static bool read_jar_digest(const char *code_directory, const char *sha256,
                            char out_sha256[static DIGEST_SHA256_HEX_SIZE], struct error *err) {
    AUTO(buffer_release) struct buffer text = BUFFER_INIT(DIGEST_SHA256_HEX_SIZE);
    char path[FILE_PATH_MAX];

    out_sha256[0] = '\0';
    if (!path_of(code_directory, sha256, JAR_DIGEST_SUFFIX, path, err)) return false;
    if (!file_read(path, &text, err)) return err->kind == ERROR_NOT_FOUND;
    (void)text_copy(out_sha256, DIGEST_SHA256_HEX_SIZE, buffer_text(&text));
    return true;
}

static bool find_jar(void *self, const char *sha256, struct code_jar *out_jar, struct error *err) {
    const char *directory = ((const struct code_store *)self)->code_directory;
    struct code_jar jar;

    (void)text_copy(jar.sha256, sizeof jar.sha256, sha256);
    bool is_known = path_of(directory, sha256, JAR_SUFFIX, jar.path, err) &&
                    (file_exists(jar.path) ? read_jar_digest(directory, sha256, jar.sha256, err)
                                           : path_of(directory, sha256, "", jar.path, err));
    if (is_known) *out_jar = jar;
    return is_known;
}

static const struct code_ops ops = {
    .import = import_code, .find_jar = find_jar, .collect = collect};

// --- life of the store ---

bool code_store_new(sd_event *loop, const struct code_store_options *options,
                    struct code_store **out_store, struct error *err) {
    AUTO(code_store_free) struct code_store *store = memory_alloc(sizeof *store);

    store->loop = sd_event_ref(loop);
    store->limit_bytes = options->limit_bytes;
    if (!text_copy(store->code_directory, FILE_PATH_MAX, options->code_directory) ||
        !text_copy(store->s3_directory, FILE_PATH_MAX, options->s3_directory))
        return error_set(err, ERROR_INVALID, "the path of the data directory is too long");
    if (!file_make_directories(store->code_directory, 0700, err) ||
        !file_make_directories(store->s3_directory, 0755, err))
        return false;
    if (options->s3.endpoint != NULL && !s3_source_new(loop, &options->s3, &store->s3, err))
        return false;
    store->slice = memory_alloc(SLICE_BYTES);
    *out_store = TAKE(store);
    return true;
}

struct code_port code_store_port(struct code_store *store) {
    return (struct code_port){.ops = &ops, .self = store};
}

void code_store_free(struct code_store *store) {
    if (store == NULL) return;
    while (store->imports != NULL)
        free_import(store->imports);
    if (store->uncollected != NULL) (void)closedir(store->uncollected);
    s3_source_free(store->s3);
    memory_free(store->slice);
    (void)sd_event_unref(store->loop);
    memory_free(store);
}
