#include "runtime/local/code_stage.h"

#include "base/digest.h"
#include "base/file.h"
#include "base/file_inside.h"
#include "base/memory.h"
#include "base/random_id.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

// Copied and digested in one turn of the loop: a few milliseconds.
enum { SLICE_BYTES = 1 << 20, NAME_SIZE = 96 };

struct code_stage {
    sd_event_source *turn; // NULL in the first slice
    int from;
    int directory;
    int to;
    char name[NAME_SIZE];
    char partial[NAME_SIZE]; // "" once it has its name
    char sha256[DIGEST_SHA256_HEX_SIZE];
    struct digest *digest;
    char *slice;
    code_stage_done_fn *done;
    void *userdata;
};

void code_stage_free(struct code_stage *stage) {
    if (stage == NULL) return;
    (void)sd_event_source_disable_unref(stage->turn);
    if (stage->partial[0] != '\0') (void)unlinkat(stage->directory, stage->partial, 0);
    file_close(stage->from);
    file_close(stage->to);
    file_close(stage->directory);
    digest_free(stage->digest);
    memory_free(stage->slice);
    memory_free(stage);
}

static bool check_digest(struct code_stage *stage, struct error *err) {
    char sha256[DIGEST_SHA256_HEX_SIZE];
    char md5[DIGEST_MD5_HEX_SIZE];

    digest_finish(stage->digest, sha256, md5);
    // A digest is on the disk before its jar. Only a jar of an earlier version has none, and a
    // digest of it now could not find damage.
    if (stage->sha256[0] == '\0' || text_equal(sha256, stage->sha256)) return true;
    return error_set(
        err, ERROR_UNAVAILABLE,
        "The stored code of the application is damaged: its SHA-256 is %.12s... instead "
        "of %.12s.... Update the application with its code again.",
        sha256, stage->sha256);
}

static bool put_in_place(struct code_stage *stage, struct error *err) {
    if (!check_digest(stage, err)) return false;
    if (renameat(stage->directory, stage->partial, stage->directory, stage->name) < 0)
        return error_system(err, errno, "stage '%s'", stage->name);
    stage->partial[0] = '\0';
    return true;
}

static bool copy_slice(struct code_stage *stage, bool *out_is_last, struct error *err) {
    ssize_t got = read(stage->from, stage->slice, SLICE_BYTES);

    if (got < 0) return error_system(err, errno, "read the application code");
    *out_is_last = got == 0;
    if (got == 0) return put_in_place(stage, err);
    digest_add(stage->digest, stage->slice, (size_t)got);
    errno = 0;
    if (write(stage->to, stage->slice, (size_t)got) != got)
        return error_system(err, errno == 0 ? ENOSPC : errno, "stage '%s'", stage->name);
    return true;
}

static int on_turn(sd_event_source *source, uint64_t now_us, void *userdata) {
    struct code_stage *stage = userdata;
    bool is_last = false;
    struct error err;

    (void)now_us;
    bool is_well = copy_slice(stage, &is_last, &err);
    if (!is_well || is_last) {
        stage->done(stage->userdata, is_well ? NULL : &err);
        return 0;
    }
    (void)sd_event_source_set_time(source, 0);
    (void)sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
    return 0;
}

static bool open_ends(struct code_stage *stage, const struct code_stage_spec *spec,
                      struct error *err) {
    char random[17];

    stage->from = open(spec->code_path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (stage->from < 0 && errno == ENOENT)
        return error_set(err, ERROR_NOT_FOUND,
                         "the application's code is not in the store any more");
    if (stage->from < 0) return error_system(err, errno, "read '%s'", spec->code_path);
    if (!file_open_directory_inside(spec->root, spec->directory, &stage->directory, err))
        return false;
    random_id_hex(random, sizeof random - 1);
    (void)text_copy(stage->name, sizeof stage->name, spec->name);
    (void)text_format(stage->partial, sizeof stage->partial, ".staged-%s", random);
    stage->to = openat(stage->directory, stage->partial,
                       O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (stage->to >= 0) return true;
    int reason = errno;
    stage->partial[0] = '\0';
    return error_system(err, reason, "stage '%s'", spec->name);
}

// The rest after the first slices is copied in turns of the loop.
static bool begin_turns(sd_event *loop, struct code_stage *stage, struct error *err) {
    int code = sd_event_add_time(loop, &stage->turn, CLOCK_MONOTONIC, 0, 0, on_turn, stage);

    return code >= 0 || error_system(err, -code, "stage '%s'", stage->name);
}

bool code_stage_begin(sd_event *loop, const struct code_stage_spec *spec, code_stage_done_fn *done,
                      void *userdata, struct code_stage **out_stage, struct error *err) {
    AUTO(code_stage_free) struct code_stage *stage = memory_alloc(sizeof *stage);
    bool is_last = false;

    stage->from = stage->directory = stage->to = -1;
    stage->digest = digest_new();
    stage->slice = memory_alloc(SLICE_BYTES);
    stage->done = done;
    stage->userdata = userdata;
    (void)text_copy(stage->sha256, sizeof stage->sha256, spec->code_sha256);
    if (!open_ends(stage, spec, err)) return false;
    // The second slice finds the end of a small one.
    for (int slice = 0; slice < 2 && !is_last; slice++)
        if (!copy_slice(stage, &is_last, err)) return false;
    *out_stage = NULL;
    if (is_last) return true;
    if (!begin_turns(loop, stage, err)) return false;
    *out_stage = TAKE(stage);
    return true;
}
