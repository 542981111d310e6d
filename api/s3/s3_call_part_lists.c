// ListParts and ListMultipartUploads.
#include "api/s3/s3_calls.h"
#include "api/s3/s3_time.h"
#include "base/memory.h"
#include "base/text.h"
#include "runtime/objects/object_key.h"

#include <string.h>

enum { LISTED_MAX = 1000 };
// Between the key and the id of an upload, where its name is sorted: before all characters of keys.
#define SEPARATOR "\x01"
// Behind all ids of a key: they are hex digits.
static const char AFTER_IDS[] = "z";

struct listing {
    const char *prefix;
    const char *key_marker;
    const char *id_marker;
    int64_t part_marker;
    int64_t limit;
    struct buffer rows; // XML
};

static void free_listing(void *state) {
    struct listing *listing = state;

    buffer_release(&listing->rows);
    memory_free(listing);
}

static struct listing *new_listing(struct s3_call *call) {
    struct listing *listing = memory_alloc(sizeof *listing);

    listing->rows = BUFFER_INIT(XML_TEXT_MAX_BYTES);
    call->state = listing;
    call->free_state = free_listing;
    return listing;
}

static const char *parameter_or_empty(const struct s3_call *call, const char *name) {
    const char *value = s3_request_parameter(&call->request, name);

    return value == NULL ? "" : value;
}

// --- ListParts ---

static bool add_part(void *userdata, const char *name) {
    struct s3_call *call = userdata;
    struct listing *listing = call->state;
    struct buffer *out = &listing->rows;
    int number = object_parts_number(name);
    struct object_part part;
    char quoted[OBJECT_ETAG_SIZE + 2];
    char time[S3_TIME_SIZE];

    if (number == 0 ||
        !object_parts_read(call->root, parameter_or_empty(call, "uploadId"), number, &part, NULL))
        return false;
    (void)text_format(quoted, sizeof quoted, "\"%s\"", part.etag);
    s3_time_print_iso(part.modified_ms, time);
    xml_open(out, "Part");
    xml_number(out, "PartNumber", part.number);
    xml_element(out, "LastModified", time);
    xml_element(out, "ETag", quoted);
    xml_number(out, "Size", part.size_bytes);
    xml_close(out, "Part");
    return true;
}

static void on_parts(void *userdata, const char *last) {
    struct s3_call *call = userdata;
    const struct listing *listing = call->state;
    AUTO(buffer_release) struct buffer out = BUFFER_INIT(XML_TEXT_MAX_BYTES);

    xml_begin(&out);
    xml_open_root(&out, "ListPartsResult");
    xml_element(&out, "Bucket", call->request.bucket);
    xml_element(&out, "Key", call->request.key);
    xml_element(&out, "UploadId", parameter_or_empty(call, "uploadId"));
    xml_number(&out, "PartNumberMarker", listing->part_marker);
    if (last != NULL) xml_number(&out, "NextPartNumberMarker", object_parts_number(last));
    xml_number(&out, "MaxParts", listing->limit);
    xml_bool(&out, "IsTruncated", last != NULL);
    (void)buffer_append_text(&out, buffer_text(&listing->rows));
    xml_element(&out, "StorageClass", "STANDARD");
    xml_close(&out, "ListPartsResult");
    s3_call_reply_xml(call, &out);
}

void s3_call_list_parts(struct s3_call *call) {
    struct listing *listing = new_listing(call);
    char directory[OBJECT_PARTS_PATH_SIZE];
    char after[OBJECT_PARTS_NAME_SIZE];

    if (!s3_request_number(&call->request, "part-number-marker", 0, OBJECT_PARTS_MAX,
                           &listing->part_marker, &call->fault) ||
        !s3_request_number(&call->request, "max-parts", LISTED_MAX, LISTED_MAX, &listing->limit,
                           &call->fault)) {
        s3_call_fail(call);
        return;
    }
    object_parts_directory(parameter_or_empty(call, "uploadId"), directory);
    object_parts_name((int)listing->part_marker, after);
    struct name_list_call list = {.loop = call->options.store->loop,
                                  .root = call->root,
                                  .directory = directory,
                                  .after = after,
                                  .limit = (int)listing->limit,
                                  .visit = add_part,
                                  .done = on_parts,
                                  .userdata = call};
    call->names = name_list_begin(&list);
}

// --- ListMultipartUploads ---

// The caller frees it.
static char *name_of_upload(void *userdata, const char *id) {
    const struct s3_call *call = userdata;
    const struct listing *listing = call->state;
    AUTO(memory_free) char *key = object_parts_key(call->root, id);

    if (key == NULL || !text_starts_with(key, listing->prefix)) return NULL;
    return memory_format("%s" SEPARATOR "%s", key, id);
}

// A key may have the separator, too.
static const char *id_in(const char *name) {
    return strrchr(name, SEPARATOR[0]) + 1;
}

static char *key_in(const char *name) {
    return memory_format("%.*s", (int)(id_in(name) - name) - 1, name);
}

static bool add_upload(void *userdata, const char *name) {
    struct s3_call *call = userdata;
    struct listing *listing = call->state;
    AUTO(memory_free) char *key = key_in(name);
    char time[S3_TIME_SIZE];

    s3_time_print_iso(object_parts_begun_ms(call->root, id_in(name)), time);
    xml_open(&listing->rows, "Upload");
    xml_element(&listing->rows, "Key", key);
    xml_element(&listing->rows, "UploadId", id_in(name));
    xml_element(&listing->rows, "StorageClass", "STANDARD");
    xml_element(&listing->rows, "Initiated", time);
    xml_close(&listing->rows, "Upload");
    return true;
}

static void on_uploads(void *userdata, const char *last) {
    struct s3_call *call = userdata;
    const struct listing *listing = call->state;
    AUTO(buffer_release) struct buffer out = BUFFER_INIT(XML_TEXT_MAX_BYTES);
    AUTO(memory_free) char *key = last == NULL ? NULL : key_in(last);

    xml_begin(&out);
    xml_open_root(&out, "ListMultipartUploadsResult");
    xml_element(&out, "Bucket", call->request.bucket);
    xml_element(&out, "Prefix", listing->prefix);
    xml_element(&out, "KeyMarker", listing->key_marker);
    xml_element(&out, "UploadIdMarker", listing->id_marker);
    if (last != NULL) {
        xml_element(&out, "NextKeyMarker", key);
        xml_element(&out, "NextUploadIdMarker", id_in(last));
    }
    xml_number(&out, "MaxUploads", listing->limit);
    xml_bool(&out, "IsTruncated", last != NULL);
    (void)buffer_append_text(&out, buffer_text(&listing->rows));
    xml_close(&out, "ListMultipartUploadsResult");
    s3_call_reply_xml(call, &out);
}

void s3_call_list_uploads(struct s3_call *call) {
    struct listing *listing = new_listing(call);

    listing->prefix = parameter_or_empty(call, "prefix");
    listing->key_marker = parameter_or_empty(call, "key-marker");
    listing->id_marker = parameter_or_empty(call, "upload-id-marker");
    if (!s3_request_number(&call->request, "max-uploads", LISTED_MAX, LISTED_MAX, &listing->limit,
                           &call->fault)) {
        s3_call_fail(call);
        return;
    }
    bool has_id = listing->id_marker[0] != '\0';
    // As on S3, an id without its key is ignored.
    AUTO(memory_free)
    char *after = listing->key_marker[0] == '\0'
                      ? memory_copy_text("")
                      : memory_format("%s" SEPARATOR "%s", listing->key_marker,
                                      has_id ? listing->id_marker : AFTER_IDS);
    struct name_list_call list = {.loop = call->options.store->loop,
                                  .root = call->root,
                                  .directory = OBJECT_KEY_STAGING,
                                  .after = after,
                                  .limit = (int)listing->limit,
                                  .name_of = name_of_upload,
                                  .visit = add_upload,
                                  .done = on_uploads,
                                  .userdata = call};
    call->names = name_list_begin(&list);
}
