// Where the code of a request is: app_config_find_code() of app_config.h.
#include "base/text.h"
#include "controller/record/app_config.h"
#include "model/arn.h"
#include "model/record.h"

static const char PLACE[] = "S3ApplicationCodeLocationDescription";

// A member of the update if it is there, else of the recorded location.
static const char *pick(const json_t *update, const char *update_name, const json_t *old,
                        const char *name) {
    const char *text = json_text(update, update_name);

    return text != NULL ? text : json_text_or(old, name, "");
}

static bool read_location(const char *bucket_arn, const char *key, const char *object_version,
                          struct code_request *code, struct error *err) {
    code->has_code = true;
    if (!arn_parse_bucket(bucket_arn, code->bucket, sizeof code->bucket, err)) return false;
    if (!text_copy(code->key, sizeof code->key, key) ||
        !text_copy(code->object_version, sizeof code->object_version, object_version))
        return error_set(err, ERROR_INVALID, "FileKey or ObjectVersion is too long");
    return true;
}

static bool check_one_kind(const json_t *content, const char *text, const char *zip,
                           const char *location, struct error *err) {
    int kinds = (json_member(content, text) != NULL) + (json_member(content, zip) != NULL) +
                (json_member(content, location) != NULL);

    return kinds <= 1 || error_set(err, ERROR_INVALID,
                                   "Only one of TextContent, ZipFileContent and "
                                   "S3ContentLocation can be given.");
}

static bool find_in_create(const json_t *request, struct code_request *code, struct error *err) {
    const json_t *content = json_path(request, "ApplicationConfiguration",
                                      "ApplicationCodeConfiguration", "CodeContent", NULL);
    const json_t *location = json_member(content, "S3ContentLocation");

    if (!check_one_kind(content, "TextContent", "ZipFileContent", "S3ContentLocation", err))
        return false;
    code->has_code = code->is_zip = json_member(content, "ZipFileContent") != NULL;
    if (location == NULL) return true;
    return read_location(json_text_or(location, "BucketARN", ""),
                         json_text_or(location, "FileKey", ""),
                         json_text_or(location, "ObjectVersion", ""), code, err);
}

// The member of an update that has to be there if the code was not in a bucket before.
static bool require_place(const char *text, const char *update_name, struct error *err) {
    return text[0] != '\0' || error_set(err, ERROR_INVALID,
                                        "%s is required: the code of the application is not in a "
                                        "bucket so far.",
                                        update_name);
}

static bool find_in_update(const json_t *config, const json_t *request, struct code_request *code,
                           struct error *err) {
    const json_t *content =
        json_path(request, "ApplicationConfigurationUpdate", "ApplicationCodeConfigurationUpdate",
                  "CodeContentUpdate", NULL);
    const json_t *location = json_member(content, "S3ContentLocationUpdate");
    const json_t *old = json_path(record_code(config), "CodeContentDescription", PLACE, NULL);

    if (!check_one_kind(content, "TextContentUpdate", "ZipFileContentUpdate",
                        "S3ContentLocationUpdate", err))
        return false;
    code->has_code = code->is_zip = json_member(content, "ZipFileContentUpdate") != NULL;
    if (location == NULL) return true;
    bool is_other = json_member(location, "FileKeyUpdate") != NULL ||
                    json_member(location, "BucketARNUpdate") != NULL;
    const char *bucket_arn = pick(location, "BucketARNUpdate", old, "BucketARN");
    const char *key = pick(location, "FileKeyUpdate", old, "FileKey");
    return require_place(bucket_arn, "BucketARNUpdate", err) &&
           require_place(key, "FileKeyUpdate", err) &&
           read_location(
               bucket_arn, key,
               pick(location, "ObjectVersionUpdate", is_other ? NULL : old, "ObjectVersion"), code,
               err);
}

bool app_config_find_code(const json_t *config, const json_t *request,
                          struct code_request *out_code, struct error *err) {
    *out_code = (struct code_request){0};
    if (config == NULL) return find_in_create(request, out_code, err);
    return find_in_update(config, request, out_code, err);
}
