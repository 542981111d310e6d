// For s3_call*.c only: a call as its operations see it.
#pragma once

#include "api/s3/s3_call.h"
#include "api/s3/xml_text.h"
#include "runtime/objects/name_list.h"
#include "runtime/objects/object_list.h"
#include "runtime/objects/object_parts.h"
#include "runtime/objects/staged_file.h"

struct s3_call {
    struct s3_call_options options;
    struct s3_request request;
    struct s3_fault fault;    // code NULL: not refused
    char root[FILE_PATH_MAX]; // of the bucket; "" = none
    json_t *headers;          // of the answer
    // The body.
    struct s3_body *body;
    struct buffer document;     // XML
    struct staged_file *staged; // an object
    // What is under way.
    struct object_file source; // of a copy
    json_t *object_headers;    // of the object that is written
    json_t *checksums;
    int number; // of a part
    struct object_list *list;
    struct name_list *names;
    sd_event_source *turn;
    void *state; // of the operation
    void (*free_state)(void *state);
};

// Fills the fault of the call and returns false.
bool s3_call_reject(struct s3_call *call, const struct error *err);

// Each gives the answer.
void s3_call_fail(struct s3_call *call); // with the fault
void s3_call_fail_with(struct s3_call *call, const struct error *err);
void s3_call_reply_empty(struct s3_call *call, int status);
void s3_call_reply_xml(struct s3_call *call, struct buffer *document);
// `fd` is handed over.
void s3_call_reply_file(struct s3_call *call, int status, int fd, int64_t from_bytes,
                        int64_t size_bytes);

void s3_call_set_header(struct s3_call *call, const char *name, const char *value);
void s3_call_set_etag(struct s3_call *call, const char *etag);
// Begins a turn that is repeated as often as `step` sets the time of its source.
void s3_call_begin_turns(struct s3_call *call, sd_event_time_handler_t step);
void s3_call_next_turn(struct s3_call *call);

// Headers of the request that are kept with an object; NULL: they are too long, and the fault is
// set. The caller owns it.
json_t *s3_call_object_headers(struct s3_call *call);
bool s3_call_check_key(struct s3_call *call);
// Opens the file of an object that is written; the second one for a body.
bool s3_call_open_staged(struct s3_call *call, int64_t expected_bytes);
bool s3_call_begin_stream(struct s3_call *call);
// All of the body has come: `done` is called when it is on the disk. s3_call_md5() is valid then.
bool s3_call_finish_body(struct s3_call *call, staged_file_done_fn *done);
const char *s3_call_md5(const struct s3_call *call);
// Opens the object of x-amz-copy-source in call->source.
bool s3_call_open_source(struct s3_call *call);
// The object that is written gets its name, if the conditions of the request hold.
bool s3_call_place_object(struct s3_call *call, const char *etag,
                          char out_etag[static OBJECT_ETAG_SIZE]);
void s3_call_set_checksums(struct s3_call *call);
// Ends an upload in parts; its files are removed by a child.
void s3_call_remove_upload(const struct s3_call *call);
void s3_call_reply_copied(struct s3_call *call, const char *root, const char *etag);

// The operations. `prepare`: at the head; false: refused, the fault is set. `run`: at the end of
// the body; it gives the answer.
typedef bool s3_call_prepare_fn(struct s3_call *call);
typedef void s3_call_run_fn(struct s3_call *call);

s3_call_run_fn s3_call_list_buckets, s3_call_create_bucket, s3_call_head_bucket,
    s3_call_delete_bucket, s3_call_get_location, s3_call_get_versioning;
s3_call_run_fn s3_call_list_objects;
s3_call_run_fn s3_call_get_object, s3_call_get_tagging, s3_call_delete_object;
s3_call_run_fn s3_call_delete_objects;
s3_call_prepare_fn s3_call_prepare_put, s3_call_prepare_copy;
s3_call_run_fn s3_call_put_object, s3_call_copy_object;
s3_call_prepare_fn s3_call_prepare_create, s3_call_prepare_part, s3_call_prepare_part_copy,
    s3_call_prepare_upload;
s3_call_run_fn s3_call_create_upload, s3_call_upload_part, s3_call_copy_part, s3_call_abort_upload,
    s3_call_list_parts, s3_call_list_uploads;
s3_call_run_fn s3_call_complete_upload;
