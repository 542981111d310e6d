#include "api/s3/s3_call.h"

#include "api/s3/s3_calls.h"
#include "base/memory.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

// Of CompleteMultipartUpload with ten thousand parts, and their checksums.
static const size_t DOCUMENT_MAX_BYTES = (size_t)4 << 20;

enum body_kind { NO_BODY, DOCUMENT, OBJECT };

static const struct {
    enum body_kind body;
    bool needs_no_bucket;
    s3_call_prepare_fn *prepare;
    s3_call_run_fn *run;
} operations[] = {
    [S3_LIST_BUCKETS] = {NO_BODY, true, NULL, s3_call_list_buckets},
    [S3_CREATE_BUCKET] = {DOCUMENT, true, NULL, s3_call_create_bucket},
    [S3_HEAD_BUCKET] = {NO_BODY, false, NULL, s3_call_head_bucket},
    [S3_DELETE_BUCKET] = {NO_BODY, false, NULL, s3_call_delete_bucket},
    [S3_GET_LOCATION] = {NO_BODY, false, NULL, s3_call_get_location},
    [S3_GET_VERSIONING] = {NO_BODY, false, NULL, s3_call_get_versioning},
    [S3_LIST_OBJECTS] = {NO_BODY, false, NULL, s3_call_list_objects},
    [S3_LIST_OBJECTS_V2] = {NO_BODY, false, NULL, s3_call_list_objects},
    [S3_LIST_UPLOADS] = {NO_BODY, false, NULL, s3_call_list_uploads},
    [S3_DELETE_OBJECTS] = {DOCUMENT, false, NULL, s3_call_delete_objects},
    [S3_GET_OBJECT] = {NO_BODY, false, NULL, s3_call_get_object},
    [S3_HEAD_OBJECT] = {NO_BODY, false, NULL, s3_call_get_object},
    [S3_GET_TAGGING] = {NO_BODY, false, NULL, s3_call_get_tagging},
    [S3_PUT_OBJECT] = {OBJECT, false, s3_call_prepare_put, s3_call_put_object},
    [S3_COPY_OBJECT] = {NO_BODY, false, s3_call_prepare_copy, s3_call_copy_object},
    [S3_DELETE_OBJECT] = {NO_BODY, false, NULL, s3_call_delete_object},
    [S3_CREATE_UPLOAD] = {NO_BODY, false, s3_call_prepare_create, s3_call_create_upload},
    [S3_UPLOAD_PART] = {OBJECT, false, s3_call_prepare_part, s3_call_upload_part},
    [S3_COPY_PART] = {NO_BODY, false, s3_call_prepare_part_copy, s3_call_copy_part},
    [S3_COMPLETE_UPLOAD] = {DOCUMENT, false, NULL, s3_call_complete_upload},
    [S3_ABORT_UPLOAD] = {NO_BODY, false, s3_call_prepare_upload, s3_call_abort_upload},
    [S3_LIST_PARTS] = {NO_BODY, false, s3_call_prepare_upload, s3_call_list_parts},
};

// --- the head ---

static bool add_to_document(struct s3_call *call, const char *bytes, size_t size_bytes,
                            struct s3_fault *fault) {
    return buffer_append(&call->document, bytes, size_bytes, NULL) ||
           s3_fault_set(fault, "MaxMessageLengthExceeded", NULL);
}

static bool on_bytes(void *userdata, const char *bytes, size_t size_bytes, struct s3_fault *fault) {
    struct s3_call *call = userdata;
    struct error err;

    if (operations[call->request.operation].body == DOCUMENT)
        return add_to_document(call, bytes, size_bytes, fault);
    return staged_file_add(call->staged, bytes, size_bytes, &err) || s3_fault_of(fault, &err);
}

static bool read_head(struct s3_call *call) {
    const struct s3_call_options *options = &call->options;

    if (!s3_request_read(&options->message, &call->request, &call->fault)) return false;
    bool needs_bucket = !operations[call->request.operation].needs_no_bucket;
    if (needs_bucket && !object_store_bucket(options->store, call->request.bucket, call->root))
        return s3_fault_set(&call->fault, "NoSuchBucket", NULL);
    if (operations[call->request.operation].body != NO_BODY &&
        !s3_body_new(&call->request, options->signatures, on_bytes, call, &call->body,
                     &call->fault))
        return false;
    s3_call_prepare_fn *prepare = operations[call->request.operation].prepare;
    return prepare == NULL || prepare(call);
}

struct s3_call *s3_call_new(const struct s3_call_options *options) {
    struct s3_call *call = memory_alloc(sizeof *call);

    call->options = *options;
    call->document = BUFFER_INIT(DOCUMENT_MAX_BYTES);
    call->headers = json_new_object();
    call->source.fd = -1;
    (void)read_head(call);
    return call;
}

// The file of an object that is not complete is removed.
static void end_work(struct s3_call *call) {
    (void)sd_event_source_disable_unref(call->turn);
    call->turn = NULL;
    object_list_free(TAKE(call->list));
    name_list_free(TAKE(call->names));
    staged_file_free(TAKE(call->staged));
    object_file_release(&call->source);
    if (call->state != NULL) call->free_state(TAKE(call->state));
}

void s3_call_free(struct s3_call *call) {
    if (call == NULL) return;
    end_work(call);
    s3_body_free(call->body);
    buffer_release(&call->document);
    json_decref(call->headers);
    json_decref(call->object_headers);
    json_decref(call->checksums);
    s3_request_release(&call->request);
    memory_free(call);
}

void s3_call_refuse(struct s3_call *call, const char *code, const char *message) {
    end_work(call);
    (void)s3_fault_set(&call->fault, code, "%s", message);
}

bool s3_call_is_refused(const struct s3_call *call) {
    return call->fault.code != NULL;
}

// --- the body ---

void s3_call_receive(struct s3_call *call, const char *bytes, size_t size_bytes) {
    struct s3_fault fault = {0};

    if (s3_call_is_refused(call) || call->body == NULL) return;
    if (s3_body_add(call->body, bytes, size_bytes, &fault)) return;
    call->fault = fault;
    end_work(call);
}

bool s3_call_is_full(const struct s3_call *call) {
    return call->staged != NULL && staged_file_is_full(call->staged);
}

void s3_call_run(struct s3_call *call) {
    if (s3_call_is_refused(call))
        s3_call_fail(call);
    else
        operations[call->request.operation].run(call);
}

// --- answers ---

static void answer(struct s3_call *call, struct s3_answer *answer) {
    answer->code = call->fault.code;
    answer->headers = TAKE(call->headers);
    call->options.answer(call->options.userdata, answer);
}

void s3_call_set_header(struct s3_call *call, const char *name, const char *value) {
    json_put_text(call->headers, name, value);
}

void s3_call_set_etag(struct s3_call *call, const char *etag) {
    char quoted[OBJECT_ETAG_SIZE + 2];

    (void)text_format(quoted, sizeof quoted, "\"%s\"", etag);
    s3_call_set_header(call, "ETag", quoted);
}

static void reply_body(struct s3_call *call, int status, char *body) {
    struct s3_answer reply = {
        .status = status, .body = body, .fd = -1, .size_bytes = (int64_t)strlen(body)};

    if (body[0] != '\0') s3_call_set_header(call, "Content-Type", "application/xml");
    answer(call, &reply);
}

void s3_call_fail(struct s3_call *call) {
    const char *path = call->options.message.path;
    bool has_body = s3_fault_status(call->fault.code) >= 400;

    end_work(call);
    reply_body(call, s3_fault_status(call->fault.code),
               has_body ? s3_fault_body(call->fault.code, call->fault.message, path,
                                        call->options.message.request_id)
                        : memory_copy_text(""));
}

bool s3_call_reject(struct s3_call *call, const struct error *err) {
    return s3_fault_of(&call->fault, err);
}

void s3_call_fail_with(struct s3_call *call, const struct error *err) {
    (void)s3_call_reject(call, err);
    s3_call_fail(call);
}

void s3_call_reply_empty(struct s3_call *call, int status) {
    end_work(call);
    reply_body(call, status, memory_copy_text(""));
}

void s3_call_reply_xml(struct s3_call *call, struct buffer *document) {
    end_work(call);
    reply_body(call, 200, buffer_take_text(document));
}

void s3_call_reply_file(struct s3_call *call, int status, int fd, int64_t from_bytes,
                        int64_t size_bytes) {
    struct s3_answer reply = {
        .status = status, .fd = fd, .from_bytes = from_bytes, .size_bytes = size_bytes};

    end_work(call);
    answer(call, &reply);
}

// --- turns ---

void s3_call_begin_turns(struct s3_call *call, sd_event_time_handler_t step) {
    if (sd_event_add_time(call->options.store->loop, &call->turn, CLOCK_MONOTONIC, 0, 1, step,
                          call) < 0)
        abort();
}

void s3_call_next_turn(struct s3_call *call) {
    (void)sd_event_source_set_time(call->turn, 0);
    (void)sd_event_source_set_enabled(call->turn, SD_EVENT_ONESHOT);
}
