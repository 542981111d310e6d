#include "runtime/code/file_code_store.h"

#include "base/memory.h"
#include "base/text.h"
#include "runtime/code/code_directory.h"
#include "runtime/code/code_import.h"

struct file_code_store {
    char code_directory[FILE_PATH_MAX];
    char s3_directory[FILE_PATH_MAX];
    struct code_imports imports;
    DIR *collection; // under way; NULL = none
};

// --- the port ---

static void import_code(void *self, const struct code_source *source, code_done_fn *done,
                        void *userdata) {
    struct file_code_store *store = self;

    code_imports_begin(&store->imports, source, done, userdata);
}

static bool find_jar(void *self, const char *sha256, struct code_jar *out_jar, struct error *err) {
    const struct file_code_store *store = self;

    return code_directory_find_jar(store->code_directory, sha256, out_jar, err);
}

static enum code_collected collect(void *self, code_is_used_fn *is_used, void *userdata) {
    struct file_code_store *store = self;

    if (store->imports.running != NULL) return CODE_COLLECTED_NOTHING;
    return code_directory_collect(store->code_directory, &store->collection, is_used, userdata);
}

static const struct code_ops ops = {
    .import = import_code, .find_jar = find_jar, .collect = collect};

struct code_port file_code_store_port(struct file_code_store *store) {
    return (struct code_port){.ops = &ops, .self = store};
}

// --- life ---

bool file_code_store_new(sd_event *loop, const struct file_code_store_options *options,
                         struct file_code_store **out_store, struct error *err) {
    AUTO(file_code_store_free) struct file_code_store *store = memory_alloc(sizeof *store);

    store->imports = (struct code_imports){.loop = sd_event_ref(loop),
                                           .code_directory = store->code_directory,
                                           .s3_directory = store->s3_directory,
                                           .limit_bytes = options->limit_bytes};
    if (!text_copy(store->code_directory, FILE_PATH_MAX, options->code_directory) ||
        !text_copy(store->s3_directory, FILE_PATH_MAX, options->s3_directory))
        return error_set(err, ERROR_INVALID, "the path of the data directory is too long");
    if (!file_make_directories(store->code_directory, 0700, err) ||
        !file_make_directories(store->s3_directory, 0755, err))
        return false;
    if (options->s3.endpoint != NULL && !s3_client_new(loop, &options->s3, &store->imports.s3, err))
        return false;
    *out_store = TAKE(store);
    return true;
}

void file_code_store_free(struct file_code_store *store) {
    if (store == NULL) return;
    code_imports_release(&store->imports);
    if (store->collection != NULL) (void)closedir(store->collection);
    s3_client_free(store->imports.s3);
    (void)sd_event_unref(store->imports.loop);
    memory_free(store);
}
