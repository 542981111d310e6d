// Calls about buckets.
#include "api/s3/s3_calls.h"
#include "api/s3/s3_time.h"
#include "base/memory.h"
#include "base/text.h"

static bool add_bucket(void *userdata, const char *name, int64_t made_ms) {
    struct buffer *out = userdata;
    char time[S3_TIME_SIZE];

    s3_time_print_iso(made_ms, time);
    xml_open(out, "Bucket");
    xml_element(out, "Name", name);
    xml_element(out, "CreationDate", time);
    xml_close(out, "Bucket");
    return true;
}

void s3_call_list_buckets(struct s3_call *call) {
    AUTO(buffer_release) struct buffer out = BUFFER_INIT(XML_TEXT_MAX_BYTES);

    xml_begin(&out);
    xml_open_root(&out, "ListAllMyBucketsResult");
    xml_open(&out, "Owner");
    xml_element(&out, "ID", "kobel");
    xml_element(&out, "DisplayName", "kobel");
    xml_close(&out, "Owner");
    xml_open(&out, "Buckets");
    object_store_list(call->options.store, add_bucket, &out);
    xml_close(&out, "Buckets");
    xml_close(&out, "ListAllMyBucketsResult");
    s3_call_reply_xml(call, &out);
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
