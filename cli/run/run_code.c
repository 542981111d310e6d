#include "cli/run/run_code.h"

#include "base/base64.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/zip_directory.h"
#include "cli/doctor/jar_bytes.h"
#include "model/code.h"

#include <unistd.h>

// The service's limit of what a request holds (facts/api.md 2.2).
static const size_t INLINE_MAX_BYTES = 52428800;
enum { MANIFEST_MAX_BYTES = 1 << 20 };
static const char BUCKET[] = "kobel-run";
static const char BUCKET_ARN[] = "arn:aws:s3:::kobel-run";

// The daemon has a copy after the request: the object is not needed any more.
void run_code_release(struct run_code *code) {
    if (code->path[0] != '\0') (void)unlink(code->path);
    memory_free(code->base64);
    *code = (struct run_code){0};
}

static bool put_object(const struct buffer *bytes, const char *objects, struct run_code *code,
                       struct error *err) {
    char bucket[FILE_PATH_MAX];

    if (objects == NULL || !file_is_directory(objects))
        return error_set(err, ERROR_LIMIT,
                         "the jar has %lld MB, and a request can contain at most 50 MB, and the "
                         "daemon's buckets are not "
                         "on this machine: put the jar into a bucket, and create the application "
                         "through the API",
                         (long long)(code->size_bytes >> 20));
    (void)text_format(code->key, sizeof code->key, "%s.jar", code->md5);
    return file_join(bucket, sizeof bucket, err, objects, BUCKET, NULL) &&
           file_make_directories(bucket, 0755, err) &&
           file_join(code->path, sizeof code->path, err, bucket, code->key, NULL) &&
           file_write_atomically(code->path, bytes->data, bytes->size_bytes, 0644, err);
}

// False also where it cannot be read: a zip around a jar has no manifest either.
static bool names_main_class(const char *path) {
    AUTO(zip_directory_close) struct zip_directory *directory = NULL;
    AUTO(buffer_release) struct buffer manifest = BUFFER_INIT(MANIFEST_MAX_BYTES);
    struct zip_directory_entry entry;
    bool is_found = false;
    char name[FILE_PATH_MAX];

    if (!zip_directory_open(path, &directory, NULL) || directory == NULL) return false;
    while (zip_directory_next(directory, &entry, &is_found, NULL) && is_found)
        if (text_equal(entry.name, "META-INF/MANIFEST.MF"))
            return zip_directory_read(directory, &entry, &manifest) &&
                   jar_manifest_main_class(buffer_text(&manifest), name, sizeof name);
    return false;
}

bool run_code_read(const char *path, const char *objects, struct run_code *out_code,
                   struct error *err) {
    AUTO(buffer_release) struct buffer bytes = BUFFER_INIT(CODE_MAX_BYTES);
    AUTO(run_code_release) struct run_code code = {0};
    AUTO(digest_free) struct digest *digest = digest_new();
    char sha256[DIGEST_SHA256_HEX_SIZE];

    if (!file_read_or_wait(path, &bytes, err)) return false;
    if (!jar_is_complete((const unsigned char *)buffer_text(&bytes), bytes.size_bytes))
        return error_set(err, ERROR_CONFLICT, "'%s' is not a complete jar", path);
    digest_add(digest, bytes.data, bytes.size_bytes);
    digest_finish(digest, sha256, code.md5);
    code.size_bytes = (int64_t)bytes.size_bytes;
    code.names_main_class = names_main_class(path);
    if (bytes.size_bytes <= INLINE_MAX_BYTES)
        code.base64 = base64_encode(bytes.data, bytes.size_bytes);
    else if (!put_object(&bytes, objects, &code, err))
        return false;
    *out_code = code;
    code = (struct run_code){0};
    return true;
}

enum run_code_loss run_code_loss_of(const struct run_code *before, const struct run_code *after) {
    if (before->names_main_class && !after->names_main_class) return RUN_CODE_LOST_MAIN_CLASS;
    return after->size_bytes < before->size_bytes / 2 ? RUN_CODE_SHRANK : RUN_CODE_WHOLE;
}

// A CodeContent and a CodeContentUpdate differ in the names of their members only.
struct content_names {
    const char *zip_file;
    const char *location;
    const char *bucket;
    const char *key;
};

static json_t *content_of(const struct run_code *code, const struct content_names *names) {
    json_t *content = json_new_object();

    if (code->base64 != NULL) {
        json_put_text(content, names->zip_file, code->base64);
        return content;
    }
    json_t *location = json_new_object();
    json_put_text(location, names->bucket, BUCKET_ARN);
    json_put_text(location, names->key, code->key);
    json_put(content, names->location, location);
    return content;
}

json_t *run_code_configuration(const struct run_code *code) {
    static const struct content_names names = {"ZipFileContent", "S3ContentLocation", "BucketARN",
                                               "FileKey"};
    json_t *configuration = json_new_object();

    json_put_text(configuration, "CodeContentType", "ZIPFILE");
    json_put(configuration, "CodeContent", content_of(code, &names));
    return configuration;
}

json_t *run_code_change(const struct run_code *code) {
    static const struct content_names names = {"ZipFileContentUpdate", "S3ContentLocationUpdate",
                                               "BucketARNUpdate", "FileKeyUpdate"};
    json_t *change = json_new_object();

    json_put(change, "CodeContentUpdate", content_of(code, &names));
    return change;
}
