// Uploads in parts: all calls but CompleteMultipartUpload.
#include "api/s3/s3_calls.h"
#include "api/s3/s3_range.h"
#include "api/s3/s3_time.h"
#include "base/memory.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum { LISTED_MAX = 1000 };

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

// --- lists ---

static void add_part(struct buffer *out, const struct object_part *part) {
    char quoted[OBJECT_ETAG_SIZE + 2];
    char time[S3_TIME_SIZE];

    (void)text_format(quoted, sizeof quoted, "\"%s\"", part->etag);
    s3_time_print_iso(part->modified_ms, time);
    xml_open(out, "Part");
    xml_number(out, "PartNumber", part->number);
    xml_element(out, "LastModified", time);
    xml_element(out, "ETag", quoted);
    xml_number(out, "Size", part->size_bytes);
    xml_close(out, "Part");
}

// Returns the number of the last part that was added, or `marker`; *out_has_more: others follow.
static int64_t add_parts(struct s3_call *call, struct buffer *out, int64_t marker, int64_t limit,
                         bool *out_has_more) {
    AUTO(memory_free) struct object_part_numbers *all = memory_alloc(sizeof *all);
    struct object_part part;
    int64_t count = 0;
    int64_t last = marker;

    *out_has_more = false;
    object_parts_list(call->root, upload_id(call), all);
    for (int index = 0; index < all->count && !*out_has_more; index++) {
        int number = all->numbers[index];
        if (number <= marker) continue;
        *out_has_more = count == limit;
        if (*out_has_more || !object_parts_read(call->root, upload_id(call), number, &part, NULL))
            continue;
        add_part(out, &part);
        last = number;
        count++;
    }
    return last;
}

void s3_call_list_parts(struct s3_call *call) {
    AUTO(buffer_release) struct buffer parts = BUFFER_INIT(XML_TEXT_MAX_BYTES);
    AUTO(buffer_release) struct buffer out = BUFFER_INIT(XML_TEXT_MAX_BYTES);
    int64_t marker;
    int64_t limit;
    bool has_more;

    if (!s3_request_number(&call->request, "part-number-marker", 0, OBJECT_PARTS_MAX, &marker,
                           &call->fault) ||
        !s3_request_number(&call->request, "max-parts", LISTED_MAX, LISTED_MAX, &limit,
                           &call->fault)) {
        s3_call_fail(call);
        return;
    }
    int64_t last = add_parts(call, &parts, marker, limit, &has_more);
    xml_begin(&out);
    xml_open_root(&out, "ListPartsResult");
    xml_element(&out, "Bucket", call->request.bucket);
    xml_element(&out, "Key", call->request.key);
    xml_element(&out, "UploadId", upload_id(call));
    xml_number(&out, "PartNumberMarker", marker);
    if (has_more) xml_number(&out, "NextPartNumberMarker", last);
    xml_number(&out, "MaxParts", limit);
    xml_bool(&out, "IsTruncated", has_more);
    (void)buffer_append_text(&out, buffer_text(&parts));
    xml_element(&out, "StorageClass", "STANDARD");
    xml_close(&out, "ListPartsResult");
    s3_call_reply_xml(call, &out);
}

struct uploads {
    const char *prefix;
    char *rows[LISTED_MAX]; // "<key>\x01<XML>", to be sorted
    size_t count;
};

static bool add_upload(void *userdata, const struct object_parts_upload *upload) {
    AUTO(buffer_release) struct buffer row = BUFFER_INIT(XML_TEXT_MAX_BYTES);
    struct uploads *uploads = userdata;
    char time[S3_TIME_SIZE];

    if (!text_starts_with(upload->key, uploads->prefix)) return true;
    s3_time_print_iso(upload->begun_ms, time);
    (void)buffer_append_format(&row, "%s\x01", upload->key);
    xml_open(&row, "Upload");
    xml_element(&row, "Key", upload->key);
    xml_element(&row, "UploadId", upload->id);
    xml_element(&row, "StorageClass", "STANDARD");
    xml_element(&row, "Initiated", time);
    xml_close(&row, "Upload");
    uploads->rows[uploads->count++] = buffer_take_text(&row);
    return uploads->count < LISTED_MAX;
}

static int compare_rows(const void *left, const void *right) {
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

// All of them are in one answer.
void s3_call_list_uploads(struct s3_call *call) {
    AUTO(buffer_release) struct buffer out = BUFFER_INIT(XML_TEXT_MAX_BYTES);
    AUTO(memory_free) struct uploads *uploads = memory_alloc(sizeof *uploads);
    const char *prefix = s3_request_parameter(&call->request, "prefix");

    uploads->prefix = prefix == NULL ? "" : prefix;
    object_parts_visit(call->root, add_upload, uploads);
    qsort(uploads->rows, uploads->count, sizeof uploads->rows[0], compare_rows);
    xml_begin(&out);
    xml_open_root(&out, "ListMultipartUploadsResult");
    xml_element(&out, "Bucket", call->request.bucket);
    xml_element(&out, "Prefix", uploads->prefix);
    xml_number(&out, "MaxUploads", LISTED_MAX);
    xml_bool(&out, "IsTruncated", false);
    for (size_t index = 0; index < uploads->count; index++) {
        const char *row = strchr(uploads->rows[index], '\x01');
        if (row != NULL) (void)buffer_append_text(&out, row + 1);
        memory_free(uploads->rows[index]);
    }
    xml_close(&out, "ListMultipartUploadsResult");
    s3_call_reply_xml(call, &out);
}
