// ListObjectsV2 and ListObjects.
#include "api/s3/s3_calls.h"
#include "api/s3/s3_time.h"
#include "base/base64.h"
#include "base/memory.h"
#include "base/sigv4.h"
#include "base/text.h"

#include <string.h>

enum { KEYS_MAX = 1000 };

struct listing {
    bool is_v2;
    bool is_escaped; // encoding-type=url
    bool has_owner;
    int64_t limit;
    int count;
    const char *prefix;
    const char *delimiter;
    char *after; // where it begins
    struct buffer contents;
    struct buffer prefixes;
};

static void free_listing(void *state) {
    struct listing *listing = state;

    buffer_release(&listing->contents);
    buffer_release(&listing->prefixes);
    memory_free(listing->after);
    memory_free(listing);
}

static void add_key(const struct listing *listing, struct buffer *out, const char *name,
                    const char *key) {
    AUTO(memory_free) char *escaped = listing->is_escaped ? sigv4_escape(key, true) : NULL;

    xml_element(out, name, escaped == NULL ? key : escaped);
}

static void add_owner(struct buffer *out) {
    xml_open(out, "Owner");
    xml_element(out, "ID", "kobel");
    xml_element(out, "DisplayName", "kobel");
    xml_close(out, "Owner");
}

static void on_entry(void *userdata, const struct object_list_entry *entry) {
    struct s3_call *call = userdata;
    struct listing *listing = call->state;
    struct buffer *out = entry->is_prefix ? &listing->prefixes : &listing->contents;
    char time[S3_TIME_SIZE];
    char etag[OBJECT_ETAG_SIZE + 2];

    listing->count++;
    xml_open(out, entry->is_prefix ? "CommonPrefixes" : "Contents");
    add_key(listing, out, entry->is_prefix ? "Prefix" : "Key", entry->key);
    if (!entry->is_prefix) {
        s3_time_print_iso(entry->modified_ms, time);
        (void)text_format(etag, sizeof etag, "\"%s\"", entry->etag);
        xml_element(out, "LastModified", time);
        xml_element(out, "ETag", etag);
        xml_number(out, "Size", entry->size_bytes);
        xml_element(out, "StorageClass", "STANDARD");
        if (listing->has_owner) add_owner(out);
    }
    xml_close(out, entry->is_prefix ? "CommonPrefixes" : "Contents");
}

// A token is the last key in base64: it has to be any text.
static void add_next(const struct s3_call *call, const struct listing *listing, struct buffer *out,
                     const char *last) {
    const char *token = s3_request_parameter(&call->request, "continuation-token");
    const char *start = s3_request_parameter(&call->request, "start-after");
    AUTO(memory_free) char *next = last == NULL ? NULL : base64_encode(last, strlen(last));

    if (!listing->is_v2) {
        add_key(listing, out, "Marker", listing->after);
        if (last != NULL) add_key(listing, out, "NextMarker", last);
        return;
    }
    xml_number(out, "KeyCount", listing->count);
    if (token != NULL) xml_element(out, "ContinuationToken", token);
    if (start != NULL) add_key(listing, out, "StartAfter", start);
    if (next != NULL) xml_element(out, "NextContinuationToken", next);
}

static void on_done(void *userdata, const char *last) {
    struct s3_call *call = userdata;
    const struct listing *listing = call->state;
    AUTO(buffer_release) struct buffer out = BUFFER_INIT(XML_TEXT_MAX_BYTES);

    xml_begin(&out);
    xml_open_root(&out, "ListBucketResult");
    xml_element(&out, "Name", call->request.bucket);
    add_key(listing, &out, "Prefix", listing->prefix);
    if (listing->delimiter[0] != '\0') add_key(listing, &out, "Delimiter", listing->delimiter);
    xml_number(&out, "MaxKeys", listing->limit);
    if (listing->is_escaped) xml_element(&out, "EncodingType", "url");
    xml_bool(&out, "IsTruncated", last != NULL);
    add_next(call, listing, &out, last);
    (void)buffer_append_text(&out, buffer_text(&listing->contents));
    (void)buffer_append_text(&out, buffer_text(&listing->prefixes));
    xml_close(&out, "ListBucketResult");
    s3_call_reply_xml(call, &out);
}

// --- the request ---

static bool read_token(struct s3_call *call, const char *token, char **out_after) {
    AUTO(base64_reader_free) struct base64_reader *reader = base64_reader_new();
    AUTO(buffer_release) struct buffer bytes = BUFFER_INIT(2048);

    if (!base64_reader_add(reader, token, strlen(token), &bytes) ||
        !base64_reader_finish(reader, &bytes) || bytes.size_bytes == 0)
        return s3_fault_set(&call->fault, "InvalidArgument",
                            "The continuation token provided is incorrect");
    *out_after = buffer_take_text(&bytes);
    return true;
}

static const char *parameter_or_empty(const struct s3_call *call, const char *name) {
    const char *value = s3_request_parameter(&call->request, name);

    return value == NULL ? "" : value;
}

static bool read_listing(struct s3_call *call, struct listing *listing, bool *out_continues) {
    const char *token = s3_request_parameter(&call->request, "continuation-token");
    const char *owner = parameter_or_empty(call, "fetch-owner");

    listing->is_v2 = call->request.operation == S3_LIST_OBJECTS_V2;
    listing->is_escaped = text_equal(parameter_or_empty(call, "encoding-type"), "url");
    listing->has_owner = !listing->is_v2 || text_equal(owner, "true");
    listing->prefix = parameter_or_empty(call, "prefix");
    listing->delimiter = parameter_or_empty(call, "delimiter");
    listing->contents = BUFFER_INIT(XML_TEXT_MAX_BYTES);
    listing->prefixes = BUFFER_INIT(XML_TEXT_MAX_BYTES);
    *out_continues = !listing->is_v2 || token != NULL;
    if (!s3_request_number(&call->request, "max-keys", KEYS_MAX, KEYS_MAX, &listing->limit,
                           &call->fault))
        return false;
    if (listing->is_v2 && token != NULL) return read_token(call, token, &listing->after);
    listing->after =
        memory_copy_text(parameter_or_empty(call, listing->is_v2 ? "start-after" : "marker"));
    return true;
}

void s3_call_list_objects(struct s3_call *call) {
    struct listing *listing = memory_alloc(sizeof *listing);
    bool continues;

    call->state = listing;
    call->free_state = free_listing;
    if (!read_listing(call, listing, &continues)) {
        s3_call_fail(call);
        return;
    }
    struct object_list_call list = {.loop = call->options.store->loop,
                                    .root = call->root,
                                    .prefix = listing->prefix,
                                    .delimiter = listing->delimiter,
                                    .after = listing->after,
                                    .continues = continues,
                                    .limit = (int)listing->limit,
                                    .visit = on_entry,
                                    .done = on_done,
                                    .userdata = call};
    call->list = object_list_begin(&list);
}
