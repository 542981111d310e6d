// A code store in a directory: what the tests of imports and of zips share.
#pragma once

#include "base/file.h"
#include "base/text.h"
#include "runtime/code/file_code_store.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static char directory[] = "/tmp/kobel-code-XXXXXX";
static sd_event *loop;
static struct file_code_store *store;

static void set_up(void) {
    struct error err;
    char code[64];
    char s3[64];

    cr_assert(mkdtemp(directory) != NULL);
    cr_assert(sd_event_new(&loop) >= 0);
    (void)text_format(code, sizeof code, "%s/code", directory);
    (void)text_format(s3, sizeof s3, "%s/s3", directory);
    struct file_code_store_options options = {
        .code_directory = code, .s3_directory = s3, .limit_bytes = (int64_t)64 << 20};
    cr_assert(file_code_store_new(loop, &options, &store, &err), "%s", err.message);
}

static void tear_down(void) {
    struct error err;

    file_code_store_free(store);
    (void)sd_event_unref(loop);
    cr_assert(file_remove_tree(directory, &err), "%s", err.message);
}

struct outcome {
    bool is_done;
    struct code_artifact artifact;
    enum error_kind failure;
    char text[256];
};

static void on_done(void *userdata, const struct code_artifact *artifact, const struct error *err) {
    struct outcome *outcome = userdata;

    outcome->is_done = true;
    if (artifact != NULL) outcome->artifact = *artifact;
    if (err == NULL) return;
    outcome->failure = err->kind;
    (void)text_format(outcome->text, sizeof outcome->text, "%s", err->message);
}

static void import_bytes(const void *content, size_t size_bytes, struct outcome *out_outcome) {
    AUTO(buffer_release) struct buffer bytes = BUFFER_INIT(size_bytes);
    struct code_port port = file_code_store_port(store);
    struct error err;

    cr_assert(buffer_append(&bytes, content, size_bytes, &err), "%s", err.message);
    struct code_source source = {.kind = CODE_SOURCE_BYTES, .bytes = &bytes};
    port.ops->import(port.self, &source, on_done, out_outcome);
    while (!out_outcome->is_done)
        cr_assert(sd_event_run(loop, 0) >= 0);
}

static bool count_entry(void *userdata, const char *name, bool is_directory, struct error *err) {
    size_t *count = userdata;

    (void)name;
    (void)is_directory;
    (void)err;
    (*count)++;
    return true;
}

static const char *used;

static bool is_used(void *userdata, const char *sha256) {
    (void)userdata;
    return text_equal(sha256, used);
}

static int collect_all(const struct code_port *port) {
    int steps = 1;

    while (port->ops->collect(port->self, is_used, NULL) == CODE_COLLECTED_SOME)
        steps++;
    return steps;
}
