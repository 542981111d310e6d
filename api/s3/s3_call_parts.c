// Uploads in parts: how they begin and end, and their parts.
#include "api/s3/s3_calls.h"
#include "api/s3/s3_range.h"
#include "base/memory.h"
#include "base/text.h"

#include <string.h>

static const char *upload_id(const struct s3_call *call) {
    return s3_request_parameter(&call->request, "uploadId");
}

// --- CreateMultipartUpload ---

bool s3_call_prepare_create(struct s3_call *call) {
    if (!s3_call_check_key(call)) return false;
    call->object_headers = s3_call_object_headers(call);
    return call->object_headers != NULL;
}

void s3_call_create_upload(struct s3_call *call) {
    AUTO(buffer_release) struct buffer out = BUFFER_INIT(XML_TEXT_MAX_BYTES);
    char id[OBJECT_PARTS_ID_SIZE];
    struct error err;

    if (!object_parts_begin(call->root, call->request.key, call->object_headers, id, &err)) {
        s3_call_fail_with(call, &err);
        return;
    }
    xml_begin(&out);
    xml_open_root(&out, "InitiateMultipartUploadResult");
    xml_element(&out, "Bucket", call->request.bucket);
    xml_element(&out, "Key", call->request.key);
    xml_element(&out, "UploadId", id);
    xml_close(&out, "InitiateMultipartUploadResult");
    s3_call_reply_xml(call, &out);
}

// --- UploadPart and UploadPartCopy ---

static bool check_upload(struct s3_call *call) {
    struct error err;

    return object_parts_find(call->root, call->request.key, upload_id(call), NULL, &err) ||
           s3_fault_set(&call->fault, "NoSuchUpload", NULL);
}

bool s3_call_prepare_upload(struct s3_call *call) {
    return check_upload(call);
}

static bool read_number(struct s3_call *call) {
    const char *text = s3_request_parameter(&call->request, "partNumber");
    int64_t number = 0;

    if (text == NULL || !text_to_int64(text, &number) || number < 1 || number > OBJECT_PARTS_MAX)
        return s3_fault_set(&call->fault, "InvalidArgument",
                            "Part number must be an integer between 1 and 10000, inclusive");
    call->number = (int)number;
    return true;
}

bool s3_call_prepare_part(struct s3_call *call) {
    return check_upload(call) && read_number(call) && s3_call_begin_stream(call);
}

// The upload may have been aborted meanwhile: then its directory must not be made again.
static bool place_part(struct s3_call *call, const char *etag,
                       char out_etag[static OBJECT_ETAG_SIZE]) {
    struct object_record record = {.checksums = call->checksums};
    char path[OBJECT_PARTS_PATH_SIZE];
    struct error err;

    object_parts_path(upload_id(call), call->number, path);
    struct staged_file_place place = {.path = path};
    (void)text_copy(record.etag, sizeof record.etag, etag);
    return check_upload(call) &&
           (staged_file_place(call->staged, &record, &place, out_etag, &err) ||
            s3_call_reject(call, &err));
}

static void on_part(void *userdata, const struct error *err) {
    struct s3_call *call = userdata;
    char etag[OBJECT_ETAG_SIZE];

    if (err != NULL) {
        s3_call_fail_with(call, err);
        return;
    }
    if (!place_part(call, s3_call_md5(call), etag)) {
        s3_call_fail(call);
        return;
    }
    s3_call_set_etag(call, etag);
    s3_call_set_checksums(call);
    s3_call_reply_empty(call, 200);
}

void s3_call_upload_part(struct s3_call *call) {
    if (!s3_call_finish_body(call, on_part)) s3_call_fail(call);
}

static bool read_copied_range(struct s3_call *call, struct s3_range *out) {
    return s3_range_read_copy(s3_request_header(&call->request, "x-amz-copy-source-range"),
                              call->source.size_bytes, out, &call->fault);
}

bool s3_call_prepare_part_copy(struct s3_call *call) {
    struct s3_range range;

    return check_upload(call) && read_number(call) && s3_call_open_source(call) &&
           read_copied_range(call, &range) && s3_call_open_staged(call, range.size_bytes);
}

// The MD5 of a part of an object is not known: what identifies it stands for it.
static void on_part_copied(void *userdata, const struct error *err) {
    struct s3_call *call = userdata;
    const char *range = s3_request_header(&call->request, "x-amz-copy-source-range");
    AUTO(memory_free)
    char *identity = memory_format("%s %s", call->source.record.etag, range == NULL ? "" : range);
    char etag[DIGEST_SHA256_HEX_SIZE];
    char out[OBJECT_ETAG_SIZE];

    digest_sha256_hex(identity, strlen(identity), etag);
    etag[DIGEST_MD5_HEX_SIZE - 1] = '\0';
    if (err != NULL)
        s3_call_fail_with(call, err);
    else if (!place_part(call, etag, out))
        s3_call_fail(call);
    else
        s3_call_reply_copied(call, "CopyPartResult", out);
}

void s3_call_copy_part(struct s3_call *call) {
    struct s3_range range;
    struct error err;

    if (!read_copied_range(call, &range))
        s3_call_fail(call);
    else if (!staged_file_copy(call->staged, call->source.fd, range.from_bytes, range.size_bytes,
                               on_part_copied, call, &err))
        s3_call_fail_with(call, &err);
}

// --- AbortMultipartUpload ---

void s3_call_abort_upload(struct s3_call *call) {
    s3_call_remove_upload(call);
    s3_call_reply_empty(call, 204);
}
