#include "fakes/fake_code.h"

#include "base/text.h"

#include <string.h>

static void import_code(void *self, const struct code_source *source, code_done_fn *done,
                        void *userdata) {
    struct code_artifact artifact = {.size_bytes = 1234};
    const char *key = source->kind == CODE_SOURCE_S3 ? source->key : "";

    (void)self;
    if (source->kind == CODE_SOURCE_BYTES) buffer_release(source->bytes);
    digest_sha256_hex(key, strlen(key), artifact.sha256);
    (void)text_copy(artifact.md5, sizeof artifact.md5, "0123456789abcdef0123456789abcdef");
    done(userdata, &artifact, NULL);
}

static bool find_jar(void *self, const char *sha256, struct code_jar *out_jar, struct error *err) {
    (void)self;
    (void)out_jar;
    return error_set(err, ERROR_NOT_FOUND, "the fake has no file of '%s'", sha256);
}

static enum code_collected
collect_code(void *self, bool (*is_used)(void *userdata, const char *sha256), void *userdata) {
    (void)self;
    (void)is_used;
    (void)userdata;
    return CODE_COLLECTED_ALL;
}

const struct code_ops fake_code_ops = {
    .import = import_code, .find_jar = find_jar, .collect = collect_code};
