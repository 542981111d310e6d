// A job gets a copy of the stored code, which is the code that was deployed.
#include "runtime/local/code_stage.h"

#include "base/digest.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char directory[] = "/tmp/kobel-stage-XXXXXX";

struct outcome {
    bool is_done;
    bool is_well;
    struct error err;
};

static void on_done(void *userdata, const struct error *err) {
    struct outcome *outcome = userdata;

    outcome->is_done = true;
    outcome->is_well = err == NULL;
    if (err != NULL) outcome->err = *err;
}

static const char *at(const char *name) {
    static char paths[4][FILE_PATH_MAX];
    static int next;
    char *path = paths[next++ % 4];

    (void)text_format(path, FILE_PATH_MAX, "%s/%s", directory, name);
    return path;
}

static void put(const char *path, const char *bytes, size_t size_bytes) {
    struct error err;

    cr_assert(file_write_atomically(path, bytes, size_bytes, 0600, &err), "%s", err.message);
}

static void check_content(const char *path, const char *bytes, size_t size_bytes) {
    AUTO(buffer_release) struct buffer content = BUFFER_INIT((size_t)8 << 20);
    struct error err;

    cr_assert(file_read(path, &content, &err), "%s", err.message);
    cr_assert(eq(sz, content.size_bytes, size_bytes));
    cr_assert(memcmp(buffer_text(&content), bytes, size_bytes) == 0);
}

// Stages the code `bytes`, whose recorded digest is that of `recorded`.
static struct outcome stage(const char *bytes, size_t size_bytes, const char *recorded,
                            size_t recorded_bytes) {
    char sha256[DIGEST_SHA256_HEX_SIZE];
    struct code_stage_spec spec = {.code_path = at("code"),
                                   .code_sha256 = sha256,
                                   .root = directory,
                                   .directory = "jars/upload",
                                   .name = "app.jar"};
    struct code_stage *staged = NULL;
    struct outcome outcome = {0};
    sd_event *loop = NULL;

    digest_sha256_hex(recorded, recorded_bytes, sha256);
    put(at("code"), bytes, size_bytes);
    cr_assert(ge(int, sd_event_new(&loop), 0));
    bool is_begun = code_stage_begin(loop, &spec, on_done, &outcome, &staged, &outcome.err);
    if (is_begun && staged == NULL) outcome.is_well = true;
    while (staged != NULL && !outcome.is_done)
        cr_assert(ge(int, sd_event_run(loop, UINT64_MAX), 0));
    code_stage_free(staged);
    (void)sd_event_unref(loop);
    return outcome;
}

static void set_up(void) {
    cr_assert(mkdtemp(directory) != NULL);
    cr_assert(mkdir(at("jars"), 0700) == 0 && mkdir(at("jars/upload"), 0700) == 0);
}

static void tear_down(void) {
    struct error err;

    (void)!file_remove_tree(directory, &err);
}

TestSuite(code_stage, .init = set_up, .fini = tear_down);

// A program that wrote to its jar once changed the stored code of every application.
Test(code_stage, what_a_job_does_to_its_jar_leaves_the_store_alone) {
    cr_assert(stage("code", 4, "code", 4).is_well);
    put(at("moved"), "", 0);
    cr_assert(truncate(at("jars/upload/app.jar"), 0) == 0);
    check_content(at("code"), "code", 4);
    // Its next job runs what was deployed.
    cr_assert(stage("code", 4, "code", 4).is_well);
    check_content(at("jars/upload/app.jar"), "code", 4);
}

Test(code_stage, a_link_in_the_place_of_the_jar_is_replaced) {
    put(at("victim"), "kept", 4);
    cr_assert(symlink(at("victim"), at("jars/upload/app.jar")) == 0);
    cr_assert(stage("code", 4, "code", 4).is_well);
    check_content(at("victim"), "kept", 4);
    check_content(at("jars/upload/app.jar"), "code", 4);
}

// The directory of the jars lies in one that the job can write to, and so can be a link by now.
Test(code_stage, nothing_is_put_where_a_link_in_the_place_of_the_directory_leads) {
    cr_assert(mkdir(at("victim"), 0700) == 0);
    cr_assert(rename(at("jars/upload"), at("jars/moved")) == 0);
    cr_assert(symlink(at("victim"), at("jars/upload")) == 0);
    struct outcome outcome = stage("code", 4, "code", 4);
    cr_assert(not(outcome.is_well));
    cr_assert(strstr(outcome.err.message, "the path has a link") != NULL, "%s",
              outcome.err.message);
    cr_assert(rmdir(at("victim")) == 0, "something was put there");
}

Test(code_stage, a_large_one_is_copied_in_turns_of_the_loop) {
    size_t size_bytes = ((size_t)5 << 20) + 17;
    AUTO(memory_free) char *bytes = memory_alloc(size_bytes);

    memset(bytes, 'j', size_bytes);
    struct outcome outcome = stage(bytes, size_bytes, bytes, size_bytes);
    cr_assert(outcome.is_done);
    cr_assert(outcome.is_well, "%s", outcome.err.message);
    check_content(at("jars/upload/app.jar"), bytes, size_bytes);
}

Test(code_stage, damaged_code_is_not_run) {
    struct outcome outcome = stage("damaged", 7, "code", 4);

    cr_assert(not(outcome.is_well));
    cr_assert(eq(int, (int)outcome.err.kind, ERROR_UNAVAILABLE));
    cr_assert(strstr(outcome.err.message, "is damaged") != NULL, "%s", outcome.err.message);
    cr_assert(not(file_exists(at("jars/upload/app.jar"))));
}

Test(code_stage, code_that_is_gone_is_not_found) {
    struct code_stage_spec spec = {.code_path = at("none"),
                                   .code_sha256 = "",
                                   .root = directory,
                                   .directory = "jars/upload",
                                   .name = "app.jar"};
    struct code_stage *staged = NULL;
    struct error err;

    cr_assert(not(code_stage_begin(NULL, &spec, on_done, NULL, &staged, &err)));
    cr_assert(eq(int, (int)err.kind, ERROR_NOT_FOUND));
}
