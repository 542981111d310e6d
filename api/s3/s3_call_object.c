// Calls that read or remove an object.
#include "api/s3/s3_calls.h"
#include "api/s3/s3_range.h"
#include "api/s3/s3_time.h"
#include "base/memory.h"
#include "base/text.h"

static const char DEFAULT_TYPE[] = "binary/octet-stream";

// --- GetObject and HeadObject ---

static bool check_conditions(struct s3_call *call, const struct object_file *file) {
    const struct s3_conditions conditions = {
        .if_match = s3_request_header(&call->request, "If-Match"),
        .if_none_match = s3_request_header(&call->request, "If-None-Match"),
        .if_modified_since = s3_request_header(&call->request, "If-Modified-Since"),
        .if_unmodified_since = s3_request_header(&call->request, "If-Unmodified-Since"),
    };

    return s3_conditions_check(&conditions, file->record.etag, file->modified_ms, false,
                               &call->fault);
}

static void set_kept_headers(struct s3_call *call, json_t *headers) {
    const char *name;
    json_t *value;

    json_object_foreach(headers, name, value)
        s3_call_set_header(call, name, json_string_value(value));
}

// A presigned address may ask for other headers.
static void set_asked_headers(struct s3_call *call) {
    static const struct {
        const char *parameter;
        const char *header;
    } asked[] = {
        {"response-content-type", "content-type"},
        {"response-cache-control", "cache-control"},
        {"response-content-disposition", "content-disposition"},
        {"response-content-encoding", "content-encoding"},
        {"response-content-language", "content-language"},
        {"response-expires", "expires"},
    };

    for (size_t index = 0; index < COUNT_OF(asked); index++) {
        const char *value = s3_request_parameter(&call->request, asked[index].parameter);
        if (value != NULL) s3_call_set_header(call, asked[index].header, value);
    }
}

static void set_headers(struct s3_call *call, const struct object_file *file,
                        const struct s3_range *range) {
    const char *mode = s3_request_header(&call->request, "x-amz-checksum-mode");
    char time[S3_TIME_SIZE];

    s3_time_print_http(file->modified_ms, time);
    s3_call_set_etag(call, file->record.etag);
    s3_call_set_header(call, "Last-Modified", time);
    s3_call_set_header(call, "Accept-Ranges", "bytes");
    s3_call_set_header(call, "content-type", DEFAULT_TYPE);
    set_kept_headers(call, file->record.headers);
    // It is of the whole object.
    if (mode != NULL && !range->is_part) set_kept_headers(call, file->record.checksums);
    set_asked_headers(call);
    if (!range->is_part) return;
    AUTO(memory_free)
    char *content = memory_format("bytes %lld-%lld/%lld", (long long)range->from_bytes,
                                  (long long)(range->from_bytes + range->size_bytes - 1),
                                  (long long)file->size_bytes);
    s3_call_set_header(call, "Content-Range", content);
}

void s3_call_get_object(struct s3_call *call) {
    AUTO(object_file_release) struct object_file file = {.fd = -1};
    struct s3_range range;
    struct error err;

    if (!object_file_open(call->root, call->request.key, &file, &err)) {
        s3_call_fail_with(call, &err);
        return;
    }
    if (s3_request_parameter(&call->request, "partNumber") != NULL) {
        (void)s3_fault_set(&call->fault, "NotImplemented",
                           "kobel's S3 endpoint does not keep the parts of an object.");
        s3_call_fail(call);
        return;
    }
    if (!check_conditions(call, &file) || !s3_range_read(s3_request_header(&call->request, "Range"),
                                                         file.size_bytes, &range, &call->fault)) {
        if (text_equal(call->fault.code, "NotModified")) s3_call_set_etag(call, file.record.etag);
        s3_call_fail(call);
        return;
    }
    set_headers(call, &file, &range);
    s3_call_reply_file(call, range.is_part ? 206 : 200, file_take(&file.fd), range.from_bytes,
                       range.size_bytes);
}

// --- GetObjectTagging ---

// The AWS CLI asks for the tags of an object that it copies in parts.
void s3_call_get_tagging(struct s3_call *call) {
    AUTO(object_file_release) struct object_file file = {.fd = -1};
    AUTO(buffer_release) struct buffer out = BUFFER_INIT(XML_TEXT_MAX_BYTES);
    struct error err;

    if (!object_file_open(call->root, call->request.key, &file, &err)) {
        s3_call_fail_with(call, &err);
        return;
    }
    xml_begin(&out);
    xml_open_root(&out, "Tagging");
    xml_open(&out, "TagSet");
    xml_close(&out, "TagSet");
    xml_close(&out, "Tagging");
    s3_call_reply_xml(call, &out);
}

// --- DeleteObject ---

void s3_call_delete_object(struct s3_call *call) {
    struct error err;

    if (object_file_remove(call->options.store, call->root, call->request.key, &err))
        s3_call_reply_empty(call, 204);
    else
        s3_call_fail_with(call, &err);
}
