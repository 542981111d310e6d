// Code as it is stored: by its digest, and without holding up the loop.
#include "runtime/file_code_store.h"

#include "base/file.h"
#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

static char directory[] = "/tmp/kobel-code-XXXXXX";
static sd_event *loop;
static struct code_store *store;
static int served;

static void set_up(void) {
    struct error err;
    char code[64];
    char s3[64];

    cr_assert(mkdtemp(directory) != NULL);
    cr_assert(sd_event_new(&loop) >= 0);
    (void)text_format(code, sizeof code, "%s/code", directory);
    (void)text_format(s3, sizeof s3, "%s/s3", directory);
    struct code_store_options options = {
        .code_directory = code, .s3_directory = s3, .limit_bytes = (int64_t)64 << 20};
    cr_assert(code_store_new(loop, &options, &store, &err), "%s", err.message);
}

static void tear_down(void) {
    struct error err;

    code_store_free(store);
    (void)sd_event_unref(loop);
    cr_assert(file_remove_tree(directory, &err), "%s", err.message);
}

struct outcome {
    bool is_done;
    struct code_artifact artifact;
    enum error_kind failure;
};

static void on_done(void *userdata, const struct code_artifact *artifact, const struct error *err) {
    struct outcome *outcome = userdata;

    outcome->is_done = true;
    if (artifact != NULL) outcome->artifact = *artifact;
    if (err != NULL) outcome->failure = err->kind;
}

static void import(size_t size_bytes, struct outcome *out_outcome) {
    AUTO(buffer_release) struct buffer bytes = BUFFER_INIT(size_bytes);
    struct code_port port = code_store_port(store);
    struct error err;
    char *zeroes = calloc(1, size_bytes);

    cr_assert(buffer_append(&bytes, zeroes, size_bytes, &err), "%s", err.message);
    free(zeroes);
    struct code_source source = {.kind = CODE_SOURCE_BYTES, .bytes = &bytes};
    port.ops->import(port.self, &source, on_done, out_outcome);
    while (!out_outcome->is_done)
        cr_assert(sd_event_run(loop, 0) >= 0);
}

static int on_always(sd_event_source *source, int fd, uint32_t events, void *userdata) {
    (void)source;
    (void)fd;
    (void)events;
    (void)userdata;
    served++;
    return 0;
}

Test(file_code_store, serves_others_between_the_slices, .init = set_up, .fini = tear_down) {
    struct outcome outcome = {0};
    sd_event_source *socket = NULL;
    int fd = eventfd(1, EFD_CLOEXEC); // readable from the beginning to the end

    cr_assert(sd_event_add_io(loop, &socket, fd, EPOLLIN, on_always, NULL) >= 0);
    import((size_t)20 << 20, &outcome);
    cr_assert(eq(int, (int)outcome.artifact.size_bytes, 20 << 20));
    cr_assert(ge(int, served, 20));
    (void)sd_event_source_disable_unref(socket);
    (void)close(fd);
}

Test(file_code_store, refuses_what_is_too_large, .init = set_up, .fini = tear_down) {
    struct outcome outcome = {0};

    import(((size_t)64 << 20) + 1, &outcome);
    cr_assert(eq(int, outcome.failure, ERROR_LIMIT));
}
