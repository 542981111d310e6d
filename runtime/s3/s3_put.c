#include "runtime/s3/s3_put.h"

#include "base/buffer.h"
#include "base/memory.h"
#include "base/sigv4.h"
#include "base/text.h"
#include "runtime/s3/s3_xml.h"

#include <ctype.h>
#include <string.h>

enum { ETAG_SIZE = 96, UPLOAD_ID_SIZE = 2048 };
static const size_t COMPLETION_MAX_BYTES = (size_t)4 << 20;
static const int64_t MIB = 1 << 20;
// One page of uploads or parts is read in one turn of the loop. Ten pages have all parts.
static const size_t PAGE_MAX_BYTES = (size_t)2 << 20;
enum { PART_PAGES_MAX = 50 };

enum put_step {
    PUT_WHOLE,
    PUT_FIND,     // an upload of the key that was interrupted
    PUT_PARTS,    // what it has
    PUT_CREATE,   // an upload
    PUT_PART,     // sends `sent`
    PUT_COMPLETE, // makes the object of the parts
};

struct s3_put {
    struct s3_client *client;
    struct s3_put_call call;
    char *bucket;
    char *key;
    enum put_step step;
    struct s3_request *request;
    char upload_id[UPLOAD_ID_SIZE];
    int64_t part_bytes;
    int64_t part_count;
    char (*etags)[ETAG_SIZE]; // of each part; "" = not sent yet
    int64_t sent;             // the part that is being sent
    // Of an answer, while it is read.
    char found_key[S3_XML_TEXT_MAX_BYTES + 1];
    char found_id[UPLOAD_ID_SIZE];
    char found_etag[ETAG_SIZE];
    int64_t found_number;
    int64_t found_bytes;
    int64_t marker; // of the page of parts
    int pages;
    bool has_more;
};

static void free_put(struct s3_put *put) {
    s3_request_cancel(put->request);
    memory_free(put->bucket);
    memory_free(put->key);
    memory_free(put->etags);
    memory_free(put);
}

void s3_put_cancel(struct s3_put *put) {
    if (put != NULL) free_put(put);
}

static void finish(struct s3_put *put, const struct s3_failure *failure) {
    struct s3_put_call call = put->call;

    free_put(put);
    call.done(call.userdata, failure);
}

// --- requests ---

static void on_reply(void *userdata, const struct http_reply *reply, const struct error *err);

static void send(struct s3_put *put, enum put_step step, struct s3_call call) {
    put->step = step;
    call.bucket = put->bucket;
    if (call.key == NULL) call.key = put->key;
    call.done = on_reply;
    call.userdata = put;
    put->request = s3_client_send(put->client, &call);
}

static void send_whole(struct s3_put *put) {
    struct http_upload upload = {.fd = put->call.fd, .size_bytes = put->call.size_bytes};

    send(put, PUT_WHOLE, (struct s3_call){.method = "PUT", .upload = &upload});
}

static void find_upload(struct s3_put *put) {
    AUTO(memory_free) char *key = sigv4_escape(put->key, false);
    AUTO(memory_free) char *query = memory_format("prefix=%s&uploads=", key);

    send(put, PUT_FIND,
         (struct s3_call){
             .method = "GET", .key = "", .query = query, .limit_bytes = PAGE_MAX_BYTES});
}

static void list_parts(struct s3_put *put) {
    AUTO(memory_free) char *id = sigv4_escape(put->upload_id, false);
    AUTO(memory_free)
    char *query = memory_format("part-number-marker=%lld&uploadId=%s", (long long)put->marker, id);

    put->has_more = false;
    put->pages++;
    send(put, PUT_PARTS,
         (struct s3_call){.method = "GET", .query = query, .limit_bytes = PAGE_MAX_BYTES});
}

static void create_upload(struct s3_put *put) {
    put->upload_id[0] = '\0';
    memset(put->etags, 0, (size_t)put->part_count * sizeof put->etags[0]);
    send(put, PUT_CREATE, (struct s3_call){.method = "POST", .query = "uploads=", .body = ""});
}

static int64_t bytes_of_part(const struct s3_put *put, int64_t index) {
    int64_t left = put->call.size_bytes - index * put->part_bytes;

    return left < put->part_bytes ? left : put->part_bytes;
}

static void complete_upload(struct s3_put *put) {
    AUTO(memory_free) char *id = sigv4_escape(put->upload_id, false);
    AUTO(memory_free) char *query = memory_format("uploadId=%s", id);
    AUTO(buffer_release) struct buffer body = BUFFER_INIT(COMPLETION_MAX_BYTES);

    (void)buffer_append_text(&body, "<CompleteMultipartUpload>");
    for (int64_t index = 0; index < put->part_count; index++)
        (void)buffer_append_format(&body,
                                   "<Part><PartNumber>%lld</PartNumber><ETag>%s</ETag></Part>",
                                   (long long)index + 1, put->etags[index]);
    (void)buffer_append_text(&body, "</CompleteMultipartUpload>");
    send(put, PUT_COMPLETE,
         (struct s3_call){.method = "POST", .query = query, .body = buffer_text(&body)});
}

static void send_next_part(struct s3_put *put) {
    while (put->sent < put->part_count && put->etags[put->sent][0] != '\0')
        put->sent++;
    if (put->sent == put->part_count) {
        complete_upload(put);
        return;
    }
    AUTO(memory_free) char *id = sigv4_escape(put->upload_id, false);
    AUTO(memory_free)
    char *query = memory_format("partNumber=%lld&uploadId=%s", (long long)put->sent + 1, id);
    struct http_upload upload = {.fd = put->call.fd,
                                 .offset = put->sent * put->part_bytes,
                                 .size_bytes = bytes_of_part(put, put->sent)};
    send(put, PUT_PART, (struct s3_call){.method = "PUT", .query = query, .upload = &upload});
}

// --- answers ---

// It becomes a part of XML.
static bool copy_etag(char out[static ETAG_SIZE], const char *etag) {
    for (const char *at = etag; *at != '\0'; at++)
        if (!isalnum((unsigned char)*at) && strchr("\"-_.+/=", *at) == NULL) return false;
    return etag[0] != '\0' && text_copy(out, ETAG_SIZE, etag);
}

// The newest is the last one.
static bool on_upload_found(void *userdata, const char *path, const char *text) {
    struct s3_put *put = userdata;

    if (text_equal(path, "ListMultipartUploadsResult/Upload/Key"))
        return text_copy(put->found_key, sizeof put->found_key, text);
    if (text_equal(path, "ListMultipartUploadsResult/Upload/UploadId"))
        return text_copy(put->found_id, sizeof put->found_id, text);
    if (text_equal(path, "ListMultipartUploadsResult/Upload") &&
        text_equal(put->found_key, put->key))
        (void)text_copy(put->upload_id, sizeof put->upload_id, put->found_id);
    return true;
}

static void keep_part(struct s3_put *put) {
    int64_t index = put->found_number - 1;

    if (put->found_number > put->marker) {
        put->marker = put->found_number;
        put->has_more = true;
    }
    if (index >= 0 && index < put->part_count && put->found_bytes == bytes_of_part(put, index))
        (void)text_copy(put->etags[index], ETAG_SIZE, put->found_etag);
}

static bool on_part_found(void *userdata, const char *path, const char *text) {
    struct s3_put *put = userdata;

    if (text_equal(path, "ListPartsResult/Part/PartNumber"))
        return text_to_int64(text, &put->found_number);
    if (text_equal(path, "ListPartsResult/Part/Size"))
        return text_to_int64(text, &put->found_bytes);
    if (text_equal(path, "ListPartsResult/Part/ETag")) return copy_etag(put->found_etag, text);
    if (text_equal(path, "ListPartsResult/Part")) keep_part(put);
    if (text_equal(path, "ListPartsResult/IsTruncated") && !text_equal(text, "true"))
        put->marker = S3_PARTS_MAX;
    return true;
}

static bool on_created(void *userdata, const char *path, const char *text) {
    struct s3_put *put = userdata;

    return !text_equal(path, "InitiateMultipartUploadResult/UploadId") ||
           text_copy(put->upload_id, sizeof put->upload_id, text);
}

static bool read_answer(struct s3_put *put, const struct http_reply *reply,
                        s3_xml_visit_fn *visit) {
    return reply->status == 200 && s3_xml_read(reply->body, reply->size_bytes, visit, put, NULL);
}

// Where nothing can be found out about earlier uploads, a new one is made.
static void continue_found(struct s3_put *put, const struct http_reply *reply) {
    if (!read_answer(put, reply, on_upload_found) || put->upload_id[0] == '\0')
        create_upload(put);
    else
        list_parts(put);
}

static void continue_parts(struct s3_put *put, const struct http_reply *reply) {
    if (!read_answer(put, reply, on_part_found))
        create_upload(put);
    else if (put->has_more && put->marker < S3_PARTS_MAX && put->pages < PART_PAGES_MAX)
        list_parts(put);
    else
        send_next_part(put);
}

// False: the answer is not a success.
static bool continue_with(struct s3_put *put, const struct http_reply *reply) {
    switch (put->step) {
    case PUT_FIND:
        continue_found(put, reply);
        return true;
    case PUT_PARTS:
        continue_parts(put, reply);
        return true;
    case PUT_CREATE:
        if (!read_answer(put, reply, on_created) || put->upload_id[0] == '\0') return false;
        send_next_part(put);
        return true;
    case PUT_PART:
        if (reply->status != 200 || !copy_etag(put->etags[put->sent], reply->etag)) return false;
        send_next_part(put);
        return true;
    case PUT_WHOLE:
    case PUT_COMPLETE:
        if (!s3_failure_is_success(reply)) return false;
        finish(put, NULL);
        return true;
    }
    return false;
}

static void on_reply(void *userdata, const struct http_reply *reply, const struct error *err) {
    struct s3_put *put = userdata;

    put->request = NULL;
    if (reply != NULL && continue_with(put, reply)) return;
    bool is_list = put->step == PUT_FIND || put->step == PUT_PARTS;
    if (reply == NULL && err->kind == ERROR_LIMIT && is_list) {
        create_upload(put);
        return;
    }
    AUTO(memory_free) char *what = memory_format("write '%s/%s'", put->bucket, put->key);
    struct s3_failure failure = s3_failure_of(what, reply, err);
    // The upload has ended meanwhile, perhaps by a request whose answer was lost.
    if (failure.fault == S3_FAULT_OBJECT && put->step != PUT_WHOLE)
        failure.fault = S3_FAULT_PASSING;
    finish(put, &failure);
}

// --- the beginning ---

int64_t s3_put_part_bytes(int64_t size_bytes, int64_t wanted_bytes) {
    int64_t least_bytes = (size_bytes + S3_PARTS_MAX - 1) / S3_PARTS_MAX;

    if (least_bytes <= wanted_bytes) return wanted_bytes;
    return (least_bytes + MIB - 1) / MIB * MIB;
}

struct s3_put *s3_put_begin(struct s3_client *client, const struct s3_put_call *call) {
    struct s3_put *put = memory_alloc(sizeof *put);

    put->client = client;
    put->call = *call;
    put->bucket = memory_copy_text(call->bucket);
    put->key = memory_copy_text(call->key);
    if (call->size_bytes <= call->parts_from_bytes) {
        send_whole(put);
        return put;
    }
    put->part_bytes = s3_put_part_bytes(call->size_bytes, call->part_bytes);
    put->part_count = (call->size_bytes + put->part_bytes - 1) / put->part_bytes;
    put->etags = memory_alloc((size_t)put->part_count * sizeof put->etags[0]);
    find_upload(put);
    return put;
}
