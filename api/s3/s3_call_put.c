// PutObject and CopyObject, and what all calls that write an object share.
#include "api/s3/s3_calls.h"
#include "api/s3/s3_range.h"
#include "api/s3/s3_time.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "runtime/objects/object_key.h"

#include <string.h>
#include <strings.h>

// Of one request, as in S3.
static const int64_t PUT_MAX_BYTES = (int64_t)5 << 30;
static const size_t METADATA_MAX_BYTES = 2048;

// --- headers that are kept ---

struct collection {
    json_t *headers;
    size_t metadata_bytes;
};

static void keep_encoding(json_t *headers, const char *value) {
    static const char CHUNKED[] = "aws-chunked";
    const char *rest = value;

    // Of the way here, not of the object.
    if (text_starts_with(value, CHUNKED)) {
        rest += strlen(CHUNKED);
        rest += strspn(rest, ", ");
    }
    if (rest[0] != '\0') json_put_text(headers, "content-encoding", rest);
}

static bool keep_header(void *context, const char *name, const char *value) {
    static const char METADATA[] = "x-amz-meta-";
    static const char *const kept[] = {"content-type", "cache-control", "content-disposition",
                                       "content-language", "expires"};
    struct collection *collection = context;

    if (strncasecmp(name, METADATA, strlen(METADATA)) == 0) {
        AUTO(memory_free) char *lower = memory_copy_text(name);
        for (char *at = lower; *at != '\0'; at++)
            if (*at >= 'A' && *at <= 'Z') *at = (char)(*at | 0x20);
        collection->metadata_bytes += strlen(name) - strlen(METADATA) + strlen(value);
        json_put_text(collection->headers, lower, value);
    }
    for (size_t index = 0; index < COUNT_OF(kept); index++)
        if (strcasecmp(kept[index], name) == 0)
            json_put_text(collection->headers, kept[index], value);
    if (strcasecmp(name, "content-encoding") == 0) keep_encoding(collection->headers, value);
    return true;
}

json_t *s3_call_object_headers(struct s3_call *call) {
    AUTO(json_decref) json_t *headers = json_new_object();
    struct collection collection = {.headers = headers};
    const struct s3_message *message = &call->request.message;

    (void)message->visit_headers(message->userdata, keep_header, &collection);
    if (collection.metadata_bytes > METADATA_MAX_BYTES) {
        (void)s3_fault_set(&call->fault, "MetadataTooLarge", NULL);
        return NULL;
    }
    return TAKE(headers);
}

// --- the file that is written ---

bool s3_call_open_staged(struct s3_call *call, int64_t expected_bytes) {
    struct error err;

    return staged_file_open(call->options.store, call->root, expected_bytes, &call->staged, &err) ||
           s3_call_reject(call, &err);
}

static void on_ready(void *userdata) {
    const struct s3_call *call = userdata;

    call->options.ready(call->options.userdata);
}

bool s3_call_begin_stream(struct s3_call *call) {
    int64_t bytes = s3_body_expected_bytes(call->body);

    if (bytes < 0) return s3_fault_set(&call->fault, "MissingContentLength", NULL);
    if (bytes > PUT_MAX_BYTES) return s3_fault_set(&call->fault, "EntityTooLarge", NULL);
    if (!s3_call_open_staged(call, bytes)) return false;
    staged_file_begin_stream(call->staged, on_ready, call);
    return true;
}

bool s3_call_check_key(struct s3_call *call) {
    struct error err;

    if (object_key_check(call->request.key, &err)) return true;
    if (err.kind == ERROR_LIMIT) return s3_fault_set(&call->fault, "KeyTooLongError", NULL);
    return s3_call_reject(call, &err);
}

// --- conditions ---

static bool read_condition(struct s3_call *call, struct staged_file_place *place) {
    const char *none = s3_request_header(&call->request, "If-None-Match");

    if (none != NULL && !text_equal(none, "*"))
        return s3_fault_set(&call->fault, "NotImplemented",
                            "If-None-Match of an object that is written has to be '*'.");
    if (none != NULL) place->condition = STAGED_FILE_IF_ABSENT;
    if (s3_request_header(&call->request, "If-Match") != NULL)
        place->condition = STAGED_FILE_IF_MATCH;
    return true;
}

bool s3_call_place_object(struct s3_call *call, const char *etag,
                          char out_etag[static OBJECT_ETAG_SIZE]) {
    const char *match = s3_request_header(&call->request, "If-Match");
    const char *upload_id = s3_request_parameter(&call->request, "uploadId");
    AUTO(memory_free) char *path = object_key_path(call->request.key);
    AUTO(memory_free) char *matched = match == NULL ? NULL : s3_conditions_etag(match);
    struct object_record record = {.headers = call->object_headers, .checksums = call->checksums};
    struct staged_file_place place = {.path = path, .key = call->request.key, .etag = matched};
    struct error err;

    (void)text_copy(record.etag, sizeof record.etag, etag);
    if (upload_id != NULL) (void)text_copy(record.upload_id, sizeof record.upload_id, upload_id);
    if (!read_condition(call, &place)) return false;
    if (staged_file_place(call->staged, &record, &place, out_etag, &err)) return true;
    if (err.kind == ERROR_LIMIT) return s3_fault_set(&call->fault, "MetadataTooLarge", NULL);
    return s3_call_reject(call, &err);
}

// --- PutObject ---

struct put {
    char md5[DIGEST_MD5_HEX_SIZE];
};

bool s3_call_prepare_put(struct s3_call *call) {
    struct staged_file_place place = {0};

    if (!s3_call_check_key(call) || !read_condition(call, &place)) return false;
    call->object_headers = s3_call_object_headers(call);
    return call->object_headers != NULL && s3_call_begin_stream(call);
}

void s3_call_set_checksums(struct s3_call *call) {
    const char *name;
    json_t *value;

    json_object_foreach(call->checksums, name, value) {
        s3_call_set_header(call, name, json_string_value(value));
        s3_call_set_header(call, "x-amz-checksum-type", "FULL_OBJECT");
    }
}

static void on_put(void *userdata, const struct error *err) {
    struct s3_call *call = userdata;
    const struct put *put = call->state;
    char etag[OBJECT_ETAG_SIZE];

    if (err != NULL) {
        s3_call_fail_with(call, err);
        return;
    }
    if (!s3_call_place_object(call, put->md5, etag)) {
        s3_call_fail(call);
        return;
    }
    s3_call_set_etag(call, etag);
    s3_call_set_checksums(call);
    s3_call_reply_empty(call, 200);
}

bool s3_call_finish_body(struct s3_call *call, staged_file_done_fn *done) {
    struct put *put = memory_alloc(sizeof *put);

    call->state = put;
    call->free_state = memory_free;
    if (!s3_body_finish(call->body, put->md5, &call->checksums, &call->fault)) return false;
    staged_file_finish_stream(call->staged, done, call);
    return true;
}

const char *s3_call_md5(const struct s3_call *call) {
    const struct put *put = call->state;

    return put->md5;
}

void s3_call_put_object(struct s3_call *call) {
    if (!s3_call_finish_body(call, on_put)) s3_call_fail(call);
}

// --- CopyObject ---

// "/bucket/key" or "bucket/key", escaped, perhaps with "?versionId=null".
static bool read_source(struct s3_call *call, char *bucket, size_t size_bytes, char **out_key) {
    const char *text = s3_request_header(&call->request, "x-amz-copy-source");
    AUTO(memory_free) char *copy = memory_copy_text(text[0] == '/' ? text + 1 : text);
    char *version = strstr(copy, "?versionId=");

    if (version != NULL) {
        if (!text_ends_with(version, "=null"))
            return s3_fault_set(&call->fault, "NoSuchVersion", NULL);
        *version = '\0';
    }
    text_unescape_url(copy);
    const char *slash = strchr(copy, '/');
    if (slash == NULL || slash[1] == '\0' || !text_is_utf8(copy) ||
        !text_format(bucket, size_bytes, "%.*s", (int)(slash - copy), copy))
        return s3_fault_set(&call->fault, "InvalidArgument",
                            "Copy Source must mention the source bucket and key: "
                            "sourcebucket/sourcekey");
    *out_key = memory_copy_text(slash + 1);
    return true;
}

static bool check_source(struct s3_call *call) {
    const struct s3_conditions conditions = {
        .if_match = s3_request_header(&call->request, "x-amz-copy-source-if-match"),
        .if_none_match = s3_request_header(&call->request, "x-amz-copy-source-if-none-match"),
        .if_modified_since =
            s3_request_header(&call->request, "x-amz-copy-source-if-modified-since"),
        .if_unmodified_since =
            s3_request_header(&call->request, "x-amz-copy-source-if-unmodified-since"),
    };

    return s3_conditions_check(&conditions, call->source.record.etag, call->source.modified_ms,
                               true, &call->fault);
}

static bool replaces_headers(const struct s3_call *call) {
    return text_equal(s3_request_header(&call->request, "x-amz-metadata-directive"), "REPLACE");
}

bool s3_call_open_source(struct s3_call *call) {
    AUTO(memory_free) char *key = NULL;
    char root[FILE_PATH_MAX];
    char bucket[256];
    struct error err;

    if (!read_source(call, bucket, sizeof bucket, &key)) return false;
    if (!object_store_bucket(call->options.store, bucket, root))
        return s3_fault_set(&call->fault, "NoSuchBucket", NULL);
    bool is_itself = text_equal(bucket, call->request.bucket) && text_equal(key, call->request.key);
    if (is_itself && call->request.operation == S3_COPY_OBJECT && !replaces_headers(call))
        return s3_fault_set(&call->fault, "InvalidRequest",
                            "This copy request is illegal because it is trying to copy an object "
                            "to itself without changing the object's metadata, storage class, "
                            "website redirect location or encryption attributes.");
    return object_file_open(root, key, &call->source, &err) ? check_source(call)
                                                            : s3_call_reject(call, &err);
}

static json_t *copy_of_headers(const struct s3_call *call) {
    json_t *headers = json_copy_of(call->source.record.headers);

    return headers == NULL ? json_new_object() : headers;
}

bool s3_call_prepare_copy(struct s3_call *call) {
    struct staged_file_place place = {0};

    if (!s3_call_check_key(call) || !read_condition(call, &place) || !s3_call_open_source(call))
        return false;
    if (call->source.size_bytes > PUT_MAX_BYTES)
        return s3_fault_set(&call->fault, "InvalidRequest",
                            "The specified copy source is larger than the maximum allowable size "
                            "for a copy source: 5368709120");
    call->object_headers =
        replaces_headers(call) ? s3_call_object_headers(call) : copy_of_headers(call);
    call->checksums = json_copy_of(call->source.record.checksums);
    return call->object_headers != NULL && s3_call_open_staged(call, call->source.size_bytes);
}

void s3_call_reply_copied(struct s3_call *call, const char *root, const char *etag) {
    AUTO(buffer_release) struct buffer out = BUFFER_INIT(XML_TEXT_MAX_BYTES);
    struct clock clock = clock_system();
    char quoted[OBJECT_ETAG_SIZE + 2];
    char time[S3_TIME_SIZE];

    (void)text_format(quoted, sizeof quoted, "\"%s\"", etag);
    s3_time_print_iso(clock_now_ms(&clock), time);
    xml_begin(&out);
    xml_open_root(&out, root);
    xml_element(&out, "LastModified", time);
    xml_element(&out, "ETag", quoted);
    xml_close(&out, root);
    s3_call_reply_xml(call, &out);
}

static void on_copied(void *userdata, const struct error *err) {
    struct s3_call *call = userdata;
    char etag[OBJECT_ETAG_SIZE];

    if (err != NULL)
        s3_call_fail_with(call, err);
    else if (!s3_call_place_object(call, call->source.record.etag, etag))
        s3_call_fail(call);
    else
        s3_call_reply_copied(call, "CopyObjectResult", etag);
}

void s3_call_copy_object(struct s3_call *call) {
    struct error err;

    if (!staged_file_copy(call->staged, call->source.fd, 0, call->source.size_bytes, on_copied,
                          call, &err))
        s3_call_fail_with(call, &err);
}
