#include "runtime/code/code_import.h"

#include "base/file_inside.h"
#include "base/jar_within.h"
#include "base/memory.h"
#include "base/random_id.h"
#include "base/text.h"
#include "runtime/code/code_directory.h"
#include "runtime/code/code_scan.h"
#include "runtime/code/object_directory.h"
#include "runtime/host/disk_sync.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// What one import reads in one turn of the loop: under 10 ms on any disk that is not overloaded.
static const size_t SLICE_BYTES = (size_t)1 << 20;

enum import_step {
    IMPORT_READ,     // the object into `partial`
    IMPORT_COPY_JAR, // the jar in it into another `partial`
    IMPORT_HASH_JAR, // reads that one again for its digest
    IMPORT_SCAN,     // searches what will run
};

struct code_import {
    struct code_imports *all;
    struct code_import *next;
    enum import_step step;
    sd_event_source *turn; // NULL: not begun, waits for the disk, or `get` delivers
    struct s3_get *get;
    int from;            // the object; -1 = `bytes` or `get`
    struct buffer bytes; // of CODE_SOURCE_BYTES
    size_t bytes_used;
    int to;
    char partial[FILE_PATH_MAX];
    int64_t size_bytes;
    struct digest *digest;
    struct code_artifact artifact; // filled after IMPORT_READ
    struct jar_within *jar;        // NULL: no jar in it, or not known yet
    struct process *sync;          // waits until `partial` is on the disk
    struct code_scan *scan;        // NULL before IMPORT_SCAN
    bool has_failed;
    struct error failure; // found where it cannot be reported at once
    code_done_fn *done;
    void *userdata;
};

static void free_import(struct code_import *import) {
    struct code_import **place = &import->all->running;

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
    code_scan_free(import->scan);
    memory_free(import);
}

// `err` NULL: the code is stored.
static void finish(struct code_import *import, const struct error *err) {
    struct code_artifact artifact = import->artifact;
    code_done_fn *done = import->done;
    void *userdata = import->userdata;

    free_import(import);
    done(userdata, err == NULL ? &artifact : NULL, err);
}

// --- the temporary file ---

static bool open_partial(struct code_import *import, struct error *err) {
    char name[48];

    (void)text_copy(name, sizeof name, ".partial-");
    random_id_hex(name + strlen(name), 16);
    if (!file_join(import->partial, sizeof import->partial, err, import->all->code_directory, name,
                   NULL))
        return false;
    import->to = open(import->partial, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (import->to >= 0) return true;
    int reason = errno;
    import->partial[0] = '\0';
    return error_system(err, reason, "store the application code");
}

// Replaces a file of that name, which has the same content.
static bool rename_partial(struct code_import *import, const char *suffix,
                           char out_path[static FILE_PATH_MAX], struct error *err) {
    if (!code_directory_path(import->all->code_directory, import->artifact.sha256, suffix, out_path,
                             err))
        return false;
    if (rename(import->partial, out_path) < 0)
        return error_system(err, errno, "store the application code");
    import->partial[0] = '\0';
    file_close(import->to);
    import->to = -1;
    return true;
}

static void on_disk(void *userdata, struct process_end end);

static bool begin_sync(struct code_import *import, const char *beside, struct error *err) {
    return disk_sync(import->all->loop, import->partial, beside, on_disk, import, &import->sync,
                     err);
}

// --- IMPORT_READ ---

// *out_size is 0 at the end.
static bool next_slice(struct code_import *import, const char **out_bytes, size_t *out_size,
                       struct error *err) {
    if (import->from < 0) {
        size_t left = import->bytes.size_bytes - import->bytes_used;
        *out_size = left < SLICE_BYTES ? left : SLICE_BYTES;
        *out_bytes = buffer_text(&import->bytes) + import->bytes_used;
        import->bytes_used += *out_size;
        return true;
    }
    ssize_t got = read(import->from, import->all->slice, SLICE_BYTES);
    if (got < 0) return error_system(err, errno, "read the object");
    *out_size = (size_t)got;
    *out_bytes = import->all->slice;
    return true;
}

static bool write_bytes(struct code_import *import, const char *bytes, size_t size,
                        struct error *err) {
    import->size_bytes += (int64_t)size;
    if (import->size_bytes > import->all->limit_bytes)
        return error_set(err, ERROR_LIMIT, "The application code is larger than %lld bytes.",
                         (long long)import->all->limit_bytes);
    digest_add(import->digest, bytes, size);
    return file_write_all(import->to, bytes, size) ||
           error_system(err, errno, "store the application code");
}

static bool end_read(struct code_import *import, struct error *err) {
    import->artifact.size_bytes = import->size_bytes;
    digest_finish(import->digest, import->artifact.sha256, import->artifact.md5);
    return begin_sync(import, NULL, err);
}

static bool read_slice(struct code_import *import, struct error *err) {
    const char *bytes = NULL;
    size_t size = 0;

    if (import->has_failed)
        return error_set(err, import->failure.kind, "%s", import->failure.message);
    if (!next_slice(import, &bytes, &size, err)) return false;
    return size == 0 ? end_read(import, err) : write_bytes(import, bytes, size, err);
}

// --- IMPORT_COPY_JAR and IMPORT_HASH_JAR ---

static bool copy_jar(struct code_import *import, struct error *err) {
    bool is_last = false;

    if (!jar_within_copy(import->jar, import->to, (int64_t)SLICE_BYTES, import->all->limit_bytes,
                         &is_last, err))
        return false;
    if (!is_last) return true;
    import->step = IMPORT_HASH_JAR;
    digest_free(import->digest);
    import->digest = digest_new();
    return lseek(import->to, 0, SEEK_SET) == 0 || error_system(err, errno, "read the jar");
}

// The jar is compared with this digest whenever it is staged.
static bool write_jar_digest(struct code_import *import, struct error *err) {
    const char *directory = import->all->code_directory;
    char sha256[DIGEST_SHA256_HEX_SIZE];
    char md5[DIGEST_MD5_HEX_SIZE];
    char path[FILE_PATH_MAX];

    digest_finish(import->digest, sha256, md5);
    return code_directory_path(directory, import->artifact.sha256, CODE_DIRECTORY_JAR_DIGEST, path,
                               err) &&
           file_write_inside(directory, file_below(directory, path), sha256, strlen(sha256), 0644,
                             err) &&
           begin_sync(import, path, err);
}

static bool hash_jar(struct code_import *import, struct error *err) {
    ssize_t got = read(import->to, import->all->slice, SLICE_BYTES);

    if (got < 0) return error_system(err, errno, "read the jar");
    if (got == 0) return write_jar_digest(import, err);
    digest_add(import->digest, import->all->slice, (size_t)got);
    return true;
}

// --- IMPORT_SCAN ---

// A problem is reported when the code is to run. It is found again where the same code is imported
// again.
static bool write_problem(struct code_import *import, struct error *err) {
    const char *directory = import->all->code_directory;
    char problem[CODE_SCAN_PROBLEM_SIZE];
    char path[FILE_PATH_MAX];

    code_scan_problem(import->scan, problem);
    if (!code_directory_path(directory, import->artifact.sha256, CODE_DIRECTORY_PROBLEM, path, err))
        return false;
    if (problem[0] != '\0')
        return file_write_inside(directory, file_below(directory, path), problem, strlen(problem),
                                 0644, err);
    return unlink(path) == 0 || errno == ENOENT || error_system(err, errno, "remove '%s'", path);
}

static bool scan(struct code_import *import, bool *out_is_done, struct error *err) {
    if (!code_scan_read(import->scan, out_is_done, err)) return false;
    return !*out_is_done || write_problem(import, err);
}

// --- turns ---

static bool do_step(struct code_import *import, bool *out_is_done, struct error *err) {
    switch (import->step) {
    case IMPORT_READ:
        return read_slice(import, err);
    case IMPORT_COPY_JAR:
        return copy_jar(import, err);
    case IMPORT_HASH_JAR:
        return hash_jar(import, err);
    case IMPORT_SCAN:
        return scan(import, out_is_done, err);
    }
    abort();
}

static int on_turn(sd_event_source *source, uint64_t now_us, void *userdata) {
    struct code_import *import = userdata;
    bool is_done = false;
    struct error err;

    (void)now_us;
    if (!do_step(import, &is_done, &err)) {
        finish(import, &err);
        return 0;
    }
    if (is_done) {
        finish(import, NULL);
        return 0;
    }
    if (import->sync != NULL) return 0;
    // A timer that is due becomes pending when the loop polls, together with everything else. A
    // deferred source is pending before that, and no socket would be served until the end.
    (void)sd_event_source_set_time(source, 0);
    (void)sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
    return 0;
}

// Without a turn of the loop `done` would never be called; a loop that cannot add a timer cannot
// continue anyway.
static void begin_turns(struct code_import *import) {
    import->turn = sd_event_source_disable_unref(import->turn);
    if (sd_event_add_time(import->all->loop, &import->turn, CLOCK_MONOTONIC, 0, 1, on_turn,
                          import) < 0)
        abort();
}

static bool begin_scan(struct code_import *import, const char *path, struct error *err) {
    import->step = IMPORT_SCAN;
    return code_scan_open(path, &import->scan, err);
}

static bool store_object(struct code_import *import, struct error *err) {
    char path[FILE_PATH_MAX];

    if (!rename_partial(import, "", path, err) || !jar_within_open(path, &import->jar, err))
        return false;
    if (import->jar == NULL) return begin_scan(import, path, err);
    import->step = IMPORT_COPY_JAR; // the jar in the zip is what will run
    return open_partial(import, err);
}

static bool store_partial(struct code_import *import, struct error *err) {
    char path[FILE_PATH_MAX];

    if (import->step == IMPORT_READ) return store_object(import, err);
    return rename_partial(import, CODE_DIRECTORY_JAR, path, err) && begin_scan(import, path, err);
}

static void on_disk(void *userdata, struct process_end end) {
    struct code_import *import = userdata;
    struct error err;

    process_free(TAKE(import->sync));
    if (end.was_signalled || end.number != 0) {
        (void)error_set(&err, ERROR_SYSTEM,
                        "store the application code: writing it to the disk failed");
        finish(import, &err);
    } else if (!store_partial(import, &err)) {
        finish(import, &err);
    } else {
        begin_turns(import);
    }
}

// --- pieces from an S3 endpoint ---

static bool on_piece(void *userdata, const char *bytes, size_t size_bytes) {
    struct code_import *import = userdata;

    import->has_failed = !write_bytes(import, bytes, size_bytes, &import->failure);
    return !import->has_failed;
}

static void on_restart(void *userdata) {
    struct code_import *import = userdata;

    digest_free(import->digest);
    import->digest = digest_new();
    import->size_bytes = 0;
    import->has_failed = ftruncate(import->to, 0) < 0 || lseek(import->to, 0, SEEK_SET) < 0;
    if (import->has_failed)
        (void)error_system(&import->failure, errno, "store the application code");
}

static void on_got(void *userdata, const struct error *reason) {
    struct code_import *import = userdata;
    struct error err;

    import->get = NULL;
    // It is the cause: then `reason` is only that the request was given up.
    if (import->has_failed) {
        err = import->failure;
        finish(import, &err);
    } else if (reason != NULL) {
        finish(import, reason);
    } else if (!end_read(import, &err)) {
        finish(import, &err);
    }
}

static void begin_get(struct code_import *import, const struct code_source *source) {
    struct s3_object object = {
        .bucket = source->bucket, .key = source->key, .version = source->object_version};
    struct s3_receiver receiver = {
        .restart = on_restart, .sink = on_piece, .done = on_got, .userdata = import};

    import->get = s3_source_get(import->all->s3, &object, &receiver);
}

// --- the beginning ---

static bool open_files(struct code_import *import, const struct code_source *source,
                       struct error *err) {
    if (source->kind == CODE_SOURCE_S3 && import->all->s3 == NULL &&
        !object_directory_open(import->all->s3_directory, source, &import->from, err))
        return false;
    return open_partial(import, err);
}

void code_imports_begin(struct code_imports *imports, const struct code_source *source,
                        code_done_fn *done, void *userdata) {
    struct code_import *import = memory_alloc(sizeof *import);

    if (imports->slice == NULL) imports->slice = memory_alloc(SLICE_BYTES);
    import->all = imports;
    import->from = import->to = -1;
    import->digest = digest_new();
    import->done = done;
    import->userdata = userdata;
    import->next = imports->running;
    imports->running = import;
    if (source->kind == CODE_SOURCE_BYTES) {
        import->bytes = *source->bytes;
        *source->bytes = BUFFER_INIT(source->bytes->limit_bytes);
    }
    import->has_failed = !open_files(import, source, &import->failure);
    if (!import->has_failed && source->kind == CODE_SOURCE_S3 && imports->s3 != NULL)
        begin_get(import, source);
    else
        begin_turns(import);
}

void code_imports_release(struct code_imports *imports) {
    while (imports->running != NULL)
        free_import(imports->running);
    memory_free(imports->slice);
    imports->slice = NULL;
}
