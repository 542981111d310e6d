// CompleteMultipartUpload, and the removal of an upload.
#include "api/s3/s3_calls.h"
#include "api/s3/s3_documents.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "runtime/objects/sweeper.h"

#include <string.h>

// Each is an open() and a read.
enum { PARTS_A_TURN = 300 };
// As S3: all but the last part have at least that much.
static const int64_t PART_MIN_BYTES = (int64_t)5 << 20;

static const char *upload_id(const struct s3_call *call) {
    return s3_request_parameter(&call->request, "uploadId");
}

// --- removal ---

void s3_call_remove_upload(const struct s3_call *call) {
    object_parts_forget(call->root, upload_id(call));
    sweeper_add(call->options.store->sweeper, call->root, upload_id(call));
}

// --- the object ---

struct assembly {
    struct s3_completion asked;
    int at;                            // the part that is checked next
    int64_t size_bytes;                // of the parts before it
    char *paths[OBJECT_PARTS_MAX + 1]; // owned
    struct digest *md5;                // of the MD5s of the parts
    char etag[OBJECT_ETAG_SIZE];
};

static void free_assembly(void *state) {
    struct assembly *assembly = state;

    for (int index = 0; assembly->paths[index] != NULL; index++)
        memory_free(assembly->paths[index]);
    digest_free(assembly->md5);
    memory_free(assembly);
}

static void reply_completed(struct s3_call *call) {
    const struct assembly *assembly = call->state;
    AUTO(buffer_release) struct buffer out = BUFFER_INIT(XML_TEXT_MAX_BYTES);
    const char *host = s3_request_header(&call->request, "Host");
    AUTO(memory_free)
    char *location =
        memory_format("http://%s%s", host == NULL ? "localhost" : host, call->options.message.path);
    char quoted[OBJECT_ETAG_SIZE + 2];

    (void)text_format(quoted, sizeof quoted, "\"%s\"", assembly->etag);
    xml_begin(&out);
    xml_open_root(&out, "CompleteMultipartUploadResult");
    xml_element(&out, "Location", location);
    xml_element(&out, "Bucket", call->request.bucket);
    xml_element(&out, "Key", call->request.key);
    xml_element(&out, "ETag", quoted);
    xml_close(&out, "CompleteMultipartUploadResult");
    s3_call_reply_xml(call, &out);
}

// As on S3, an upload may be completed again while its object is there: by a client that got no
// answer, and by Flink's sink for CSV files.
static void reply_without_upload(struct s3_call *call) {
    AUTO(object_file_release) struct object_file file = {.fd = -1};
    struct assembly *assembly = call->state;

    if (object_file_open(call->root, call->request.key, &file, NULL) &&
        text_equal(file.record.upload_id, upload_id(call))) {
        (void)text_copy(assembly->etag, sizeof assembly->etag, file.record.etag);
        reply_completed(call);
        return;
    }
    (void)s3_fault_set(&call->fault, "NoSuchUpload", NULL);
    s3_call_fail(call);
}

// The upload may have been aborted, or completed by another request, meanwhile.
static void on_joined(void *userdata, const struct error *err) {
    struct s3_call *call = userdata;
    struct assembly *assembly = call->state;
    char etag[OBJECT_ETAG_SIZE];

    if (!object_parts_find(call->root, call->request.key, upload_id(call), NULL, NULL)) {
        reply_without_upload(call);
        return;
    }
    if (err != NULL) {
        s3_call_fail_with(call, err);
        return;
    }
    if (!s3_call_place_object(call, assembly->etag, etag)) {
        s3_call_fail(call);
        return;
    }
    (void)text_copy(assembly->etag, sizeof assembly->etag, etag);
    s3_call_remove_upload(call);
    reply_completed(call);
}

static void join_parts(struct s3_call *call) {
    struct assembly *assembly = call->state;
    char md5[DIGEST_MD5_HEX_SIZE];
    struct error err;

    digest_finish_md5(assembly->md5, md5);
    (void)text_format(assembly->etag, sizeof assembly->etag, "%s-%d", md5, assembly->asked.count);
    // The parts stay until they are joined.
    if (!s3_call_open_staged(call, assembly->size_bytes)) {
        s3_call_fail(call);
        return;
    }
    if (!staged_file_join(call->staged, (const char *const *)assembly->paths, on_joined, call,
                          &err))
        s3_call_fail_with(call, &err);
}

static unsigned digit_value(char digit) {
    return (unsigned)(digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

static void add_md5(struct digest *md5, const char *etag) {
    unsigned char bytes[16];

    for (size_t index = 0; index < sizeof bytes; index++)
        bytes[index] =
            (unsigned char)(digit_value(etag[2 * index]) << 4 | digit_value(etag[2 * index + 1]));
    digest_add(md5, bytes, sizeof bytes);
}

static bool check_part(struct s3_call *call, struct assembly *assembly) {
    const struct s3_completion_part *asked = &assembly->asked.parts[assembly->at];
    bool is_last = assembly->at == assembly->asked.count - 1;
    char relative[OBJECT_PARTS_PATH_SIZE];
    char path[FILE_PATH_MAX];
    struct object_part part;
    struct error err;

    object_parts_path(upload_id(call), asked->number, relative);
    if (!object_parts_read(call->root, upload_id(call), asked->number, &part, NULL) ||
        !text_equal(part.etag, asked->etag))
        return s3_fault_set(&call->fault, "InvalidPart", NULL);
    if (!is_last && part.size_bytes < PART_MIN_BYTES)
        return s3_fault_set(&call->fault, "EntityTooSmall",
                            "Part %d has %lld bytes: all but the last part have at least 5 MiB",
                            part.number, (long long)part.size_bytes);
    if (!file_join(path, sizeof path, &err, call->root, relative, NULL))
        return s3_call_reject(call, &err);
    assembly->paths[assembly->at++] = memory_copy_text(path);
    assembly->size_bytes += part.size_bytes;
    add_md5(assembly->md5, part.etag);
    return true;
}

static int on_turn(sd_event_source *source, uint64_t now_us, void *userdata) {
    struct s3_call *call = userdata;
    struct assembly *assembly = call->state;

    (void)source;
    (void)now_us;
    for (int count = 0; count < PARTS_A_TURN && assembly->at < assembly->asked.count; count++)
        if (!check_part(call, assembly)) {
            s3_call_fail(call);
            return 0;
        }
    if (assembly->at < assembly->asked.count)
        s3_call_next_turn(call);
    else
        join_parts(call);
    return 0;
}

static bool read_request(struct s3_call *call, struct assembly *assembly) {
    AUTO(json_decref) json_t *checksums = NULL;
    char md5[DIGEST_MD5_HEX_SIZE];

    return s3_body_finish(call->body, md5, &checksums, &call->fault) &&
           s3_completion_read(buffer_text(&call->document), call->document.size_bytes,
                              &assembly->asked, &call->fault);
}

void s3_call_complete_upload(struct s3_call *call) {
    struct assembly *assembly = memory_alloc(sizeof *assembly);

    call->state = assembly;
    call->free_state = free_assembly;
    assembly->md5 = digest_new_md5();
    if (!read_request(call, assembly))
        s3_call_fail(call);
    else if (!object_parts_find(call->root, call->request.key, upload_id(call),
                                &call->object_headers, NULL))
        reply_without_upload(call);
    else
        s3_call_begin_turns(call, on_turn);
}
