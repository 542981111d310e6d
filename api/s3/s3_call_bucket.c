// Calls about buckets.
#include "api/s3/s3_calls.h"
#include "api/s3/s3_time.h"
#include "base/memory.h"
#include "base/text.h"

static void free_buckets(void *state) {
    struct buffer *buckets = state;

    buffer_release(buckets);
    memory_free(buckets);
}

static bool add_bucket(void *userdata, const char *name) {
    const struct s3_call *call = userdata;
    struct buffer *out = call->state;
    char time[S3_TIME_SIZE];
    int64_t made_ms;

    if (!object_store_made_ms(call->options.store, name, &made_ms)) return false;
    s3_time_print_iso(made_ms, time);
    xml_open(out, "Bucket");
    xml_element(out, "Name", name);
    xml_element(out, "CreationDate", time);
    xml_close(out, "Bucket");
    return true;
}

static void on_buckets(void *userdata, const char *last) {
    struct s3_call *call = userdata;
    AUTO(buffer_release) struct buffer out = BUFFER_INIT(XML_TEXT_MAX_BYTES);

    (void)last;
    xml_begin(&out);
    xml_open_root(&out, "ListAllMyBucketsResult");
    xml_open(&out, "Owner");
    xml_element(&out, "ID", "kobel");
    xml_element(&out, "DisplayName", "kobel");
    xml_close(&out, "Owner");
    xml_open(&out, "Buckets");
    (void)buffer_append_text(&out, buffer_text(call->state));
    xml_close(&out, "Buckets");
    xml_close(&out, "ListAllMyBucketsResult");
    s3_call_reply_xml(call, &out);
}

void s3_call_list_buckets(struct s3_call *call) {
    struct buffer *buckets = memory_alloc(sizeof *buckets);
    struct name_list_call list = {.loop = call->options.store->loop,
                                  .root = call->options.store->directory,
                                  .directory = "",
                                  .after = "",
                                  .limit = -1,
                                  .visit = add_bucket,
                                  .done = on_buckets,
                                  .userdata = call};

    *buckets = BUFFER_INIT(XML_TEXT_MAX_BYTES);
    call->state = buckets;
    call->free_state = free_buckets;
    call->names = name_list_begin(&list);
}

// What its body says of a Region does not matter.
void s3_call_create_bucket(struct s3_call *call) {
    const char *name = call->request.bucket;
    AUTO(memory_free) char *location = memory_format("/%s", name);
    struct error err;

    if (object_store_add_bucket(call->options.store, name, &err)) {
        s3_call_set_header(call, "Location", location);
        s3_call_reply_empty(call, 200);
        return;
    }
    if (err.kind == ERROR_INVALID || err.kind == ERROR_EXISTS) {
        (void)s3_fault_set(
            &call->fault,
            err.kind == ERROR_INVALID ? "InvalidBucketName" : "BucketAlreadyOwnedByYou", NULL);
        s3_call_fail(call);
        return;
    }
    s3_call_fail_with(call, &err);
}

void s3_call_head_bucket(struct s3_call *call) {
    s3_call_set_header(call, "x-amz-bucket-region", "us-east-1");
    s3_call_reply_empty(call, 200);
}

void s3_call_delete_bucket(struct s3_call *call) {
    struct error err;

    if (object_store_remove_bucket(call->options.store, call->request.bucket, &err))
        s3_call_reply_empty(call, 204);
    else
        s3_call_fail_with(call, &err);
}

static void reply_root(struct s3_call *call, const char *name) {
    AUTO(buffer_release) struct buffer out = BUFFER_INIT(XML_TEXT_MAX_BYTES);

    xml_begin(&out);
    xml_open_root(&out, name);
    xml_close(&out, name);
    s3_call_reply_xml(call, &out);
}

// Empty is us-east-1.
void s3_call_get_location(struct s3_call *call) {
    reply_root(call, "LocationConstraint");
}

// Empty: the bucket never had versions.
void s3_call_get_versioning(struct s3_call *call) {
    reply_root(call, "VersioningConfiguration");
}
