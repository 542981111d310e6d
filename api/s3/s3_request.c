#include "api/s3/s3_request.h"

#include "base/memory.h"
#include "base/text.h"

#include <string.h>
#include <strings.h>

// --- which requests belong to S3 ---

// "<key>/<date>/<region>/s3/aws4_request", perhaps with "%2F"
static bool is_s3_scope(const char *value, size_t length) {
    AUTO(memory_free) char *scope = memory_format("%.*s", (int)length, value);
    char part[256];
    const char *at = scope;

    text_unescape_url(scope);
    for (int index = 0; index < 3; index++)
        if (text_next_part(&at, "/", part, sizeof part) != '/') return false;
    return text_starts_with(at, "s3/");
}

bool s3_request_is_signed(const char *authorization, const char *query) {
    size_t length;
    const char *value = text_list_value(authorization, "Credential", ", ", &length);

    if (value != NULL) return is_s3_scope(value, length);
    if (authorization != NULL && text_starts_with(authorization, "AWS ")) return true;
    value = text_list_value(query, "X-Amz-Credential", "&", &length);
    if (value != NULL) return is_s3_scope(value, length);
    return text_list_value(query, "AWSAccessKeyId", "&", &length) != NULL &&
           text_list_value(query, "Signature", "&", &length) != NULL;
}

// The bucket of "bucket.localhost:8290", or "".
static void bucket_of_host(const char *host, char *out, size_t size_bytes) {
    static const char LOCAL[] = ".localhost";
    size_t length = host == NULL ? 0 : strcspn(host, ":");

    out[0] = '\0';
    if (length <= strlen(LOCAL)) return;
    size_t name_length = length - strlen(LOCAL);
    if (strncasecmp(host + name_length, LOCAL, strlen(LOCAL)) == 0)
        (void)text_format(out, size_bytes, "%.*s", (int)name_length, host);
}

// Behind the bucket.
static const char *split_path(const char *host, const char *path, char *out, size_t size_bytes) {
    bucket_of_host(host, out, size_bytes);
    if (path[0] == '/') path++;
    if (out[0] != '\0') return path;
    size_t length = strcspn(path, "/");
    (void)text_format(out, size_bytes, "%.*s", (int)length, path);
    text_unescape_url(out);
    return path[length] == '/' ? path + length + 1 : path + length;
}

bool s3_request_bucket(const char *host, const char *path, char *out, size_t size_bytes) {
    (void)split_path(host, path, out, size_bytes);
    return out[0] != '\0' && text_is_utf8(out);
}

// --- parameters ---

static char *unescape_part(const char *text, size_t length) {
    char *part = memory_format("%.*s", (int)length, text);

    for (char *at = part; *at != '\0'; at++)
        if (*at == '+') *at = ' ';
    text_unescape_url(part);
    return part;
}

static bool read_parameters(struct s3_request *request, struct s3_fault *fault) {
    for (const char *at = request->message.query; *at != '\0';) {
        size_t length = strcspn(at, "&");
        size_t name_length = strcspn(at, "=&");
        const char *value = name_length < length ? at + name_length + 1 : at + length;
        if (request->parameter_count == S3_PARAMETERS_MAX)
            return s3_fault_set(fault, "InvalidURI", "The query has more than %d parameters.",
                                S3_PARAMETERS_MAX);
        struct s3_parameter *one = &request->parameters[request->parameter_count++];
        one->name = unescape_part(at, name_length);
        one->value = unescape_part(value, (size_t)(at + length - value));
        if (!text_is_utf8(one->name) || !text_is_utf8(one->value))
            return s3_fault_set(fault, "InvalidURI", "The query is not UTF-8.");
        at += length + (at[length] == '&');
    }
    return true;
}

const char *s3_request_parameter(const struct s3_request *request, const char *name) {
    for (int index = 0; index < request->parameter_count; index++)
        if (text_equal(request->parameters[index].name, name))
            return request->parameters[index].value;
    return NULL;
}

const char *s3_request_header(const struct s3_request *request, const char *name) {
    return request->message.header(request->message.userdata, name);
}

bool s3_request_number(const struct s3_request *request, const char *name, int64_t fallback,
                       int64_t limit, int64_t *out, struct s3_fault *fault) {
    const char *text = s3_request_parameter(request, name);
    int64_t value = fallback;

    if (!text_is_empty(text) && (!text_to_int64(text, &value) || value < 0))
        return s3_fault_set(fault, "InvalidArgument",
                            "Provided %s not an integer or within "
                            "integer range",
                            name);
    *out = value > limit ? limit : value;
    return true;
}

// --- the operation ---

enum subject { BUCKETS, BUCKET, OBJECT };

// The first row that fits decides. `parameter`: has to be in the query; NULL = any query.
static const struct {
    const char *method;
    enum subject subject;
    const char *parameter;
    const char *header; // has to be there; NULL = none
    enum s3_operation operation;
} rows[] = {
    {"GET", BUCKETS, NULL, NULL, S3_LIST_BUCKETS},
    {"GET", BUCKET, "location", NULL, S3_GET_LOCATION},
    {"GET", BUCKET, "versioning", NULL, S3_GET_VERSIONING},
    {"GET", BUCKET, "uploads", NULL, S3_LIST_UPLOADS},
    {"GET", BUCKET, "list-type", NULL, S3_LIST_OBJECTS_V2},
    {"GET", BUCKET, NULL, NULL, S3_LIST_OBJECTS},
    {"HEAD", BUCKET, NULL, NULL, S3_HEAD_BUCKET},
    {"PUT", BUCKET, NULL, NULL, S3_CREATE_BUCKET},
    {"DELETE", BUCKET, NULL, NULL, S3_DELETE_BUCKET},
    {"POST", BUCKET, "delete", NULL, S3_DELETE_OBJECTS},
    {"GET", OBJECT, "uploadId", NULL, S3_LIST_PARTS},
    {"GET", OBJECT, "tagging", NULL, S3_GET_TAGGING},
    {"GET", OBJECT, NULL, NULL, S3_GET_OBJECT},
    {"HEAD", OBJECT, NULL, NULL, S3_HEAD_OBJECT},
    {"PUT", OBJECT, "uploadId", "x-amz-copy-source", S3_COPY_PART},
    {"PUT", OBJECT, "uploadId", NULL, S3_UPLOAD_PART},
    {"PUT", OBJECT, NULL, "x-amz-copy-source", S3_COPY_OBJECT},
    {"PUT", OBJECT, NULL, NULL, S3_PUT_OBJECT},
    {"POST", OBJECT, "uploads", NULL, S3_CREATE_UPLOAD},
    {"POST", OBJECT, "uploadId", NULL, S3_COMPLETE_UPLOAD},
    {"DELETE", OBJECT, "uploadId", NULL, S3_ABORT_UPLOAD},
    {"DELETE", OBJECT, NULL, NULL, S3_DELETE_OBJECT},
};

// Parts of S3 that kobel has not: ignoring one would be another operation.
static const char *const missing_parameters[] = {
    "accelerate",
    "acl",
    "analytics",
    "attributes",
    "cors",
    "encryption",
    "inventory",
    "intelligent-tiering",
    "legal-hold",
    "lifecycle",
    "logging",
    "metrics",
    "notification",
    "object-lock",
    "ownershipControls",
    "policy",
    "policyStatus",
    "publicAccessBlock",
    "renameObject",
    "replication",
    "requestPayment",
    "restore",
    "retention",
    "select",
    "session",
    "torrent",
    "versions",
    "website",
};
static const char *const missing_headers[] = {
    "x-amz-server-side-encryption-customer-algorithm",
    "x-amz-tagging",
    "x-amz-object-lock-mode",
    "x-amz-object-lock-legal-hold",
    "x-amz-write-offset-bytes",
    "x-amz-website-redirect-location",
};

static bool check_offered(const struct s3_request *request, struct s3_fault *fault) {
    bool is_tagging = s3_request_parameter(request, "tagging") != NULL;

    for (size_t index = 0; index < COUNT_OF(missing_parameters); index++)
        if (s3_request_parameter(request, missing_parameters[index]) != NULL)
            return s3_fault_set(fault, "NotImplemented", "kobel's S3 endpoint does not offer ?%s.",
                                missing_parameters[index]);
    for (size_t index = 0; index < COUNT_OF(missing_headers); index++)
        if (s3_request_header(request, missing_headers[index]) != NULL)
            return s3_fault_set(fault, "NotImplemented",
                                "kobel's S3 endpoint does not offer the header %s.",
                                missing_headers[index]);
    if (is_tagging && (!text_equal(request->message.method, "GET") || request->key[0] == '\0'))
        return s3_fault_set(fault, "NotImplemented", "kobel's S3 endpoint keeps no tags.");
    return true;
}

static bool choose_operation(struct s3_request *request, struct s3_fault *fault) {
    enum subject subject = request->bucket[0] == '\0' ? BUCKETS
                           : request->key[0] == '\0'  ? BUCKET
                                                      : OBJECT;

    for (size_t index = 0; index < COUNT_OF(rows); index++) {
        bool fits =
            rows[index].subject == subject &&
            text_equal(rows[index].method, request->message.method) &&
            (rows[index].parameter == NULL ||
             s3_request_parameter(request, rows[index].parameter) != NULL) &&
            (rows[index].header == NULL || s3_request_header(request, rows[index].header) != NULL);
        if (!fits) continue;
        request->operation = rows[index].operation;
        return true;
    }
    return s3_fault_set(fault, "MethodNotAllowed", NULL);
}

// The only version of an object is "null", as in a bucket without versions.
static bool check_version(const struct s3_request *request, struct s3_fault *fault) {
    const char *version = s3_request_parameter(request, "versionId");

    return version == NULL || text_equal(version, "null") ||
           s3_fault_set(fault, "NoSuchVersion",
                        "A directory of files keeps no versions: the only "
                        "version of an object is 'null'.");
}

bool s3_request_read(const struct s3_message *message, struct s3_request *out,
                     struct s3_fault *fault) {
    *out = (struct s3_request){.message = *message};
    const char *rest = split_path(message->header(message->userdata, "Host"), message->path,
                                  out->bucket, sizeof out->bucket);
    out->key = memory_copy_text(rest);
    text_unescape_url(out->key);
    if (strstr(rest, "%00") != NULL || !text_is_utf8(out->key) || !text_is_utf8(out->bucket))
        return s3_fault_set(fault, "InvalidURI", "The path is not UTF-8, or it has a zero byte.");
    return read_parameters(out, fault) && check_offered(out, fault) && check_version(out, fault) &&
           choose_operation(out, fault);
}

void s3_request_release(struct s3_request *request) {
    for (int index = 0; index < request->parameter_count; index++) {
        memory_free(request->parameters[index].name);
        memory_free(request->parameters[index].value);
    }
    request->parameter_count = 0;
    memory_free(TAKE(request->key));
}
