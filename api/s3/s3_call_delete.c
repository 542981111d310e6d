// DeleteObjects: up to a thousand keys, some in each turn of the loop.
#include "api/s3/s3_calls.h"
#include "api/s3/s3_documents.h"
#include "base/memory.h"

enum { KEYS_A_TURN = 50 };

struct deletion {
    struct s3_deletion asked;
    int at;
    struct buffer out;
};

static void free_deletion(void *state) {
    struct deletion *deletion = state;

    s3_deletion_release(&deletion->asked);
    buffer_release(&deletion->out);
    memory_free(deletion);
}

static void remove_one(struct s3_call *call, struct deletion *deletion, const char *key) {
    struct s3_fault fault;
    struct error err;

    if (object_file_remove(call->options.store, call->root, key, &err)) {
        if (deletion->asked.is_quiet) return;
        xml_open(&deletion->out, "Deleted");
        xml_element(&deletion->out, "Key", key);
        xml_close(&deletion->out, "Deleted");
        return;
    }
    (void)s3_fault_of(&fault, &err);
    xml_open(&deletion->out, "Error");
    xml_element(&deletion->out, "Key", key);
    xml_element(&deletion->out, "Code", fault.code);
    xml_element(&deletion->out, "Message", fault.message);
    xml_close(&deletion->out, "Error");
}

static int on_turn(sd_event_source *source, uint64_t now_us, void *userdata) {
    struct s3_call *call = userdata;
    struct deletion *deletion = call->state;

    (void)source;
    (void)now_us;
    for (int count = 0; count < KEYS_A_TURN && deletion->at < deletion->asked.count; count++)
        remove_one(call, deletion, deletion->asked.keys[deletion->at++]);
    if (deletion->at < deletion->asked.count) {
        s3_call_next_turn(call);
        return 0;
    }
    xml_close(&deletion->out, "DeleteResult");
    AUTO(buffer_release) struct buffer out = deletion->out;
    deletion->out = BUFFER_INIT(0);
    s3_call_reply_xml(call, &out);
    return 0;
}

static bool read_body(struct s3_call *call, struct deletion *deletion) {
    AUTO(json_decref) json_t *checksums = NULL;
    char md5[DIGEST_MD5_HEX_SIZE];

    return s3_body_finish(call->body, md5, &checksums, &call->fault) &&
           s3_deletion_read(buffer_text(&call->document), call->document.size_bytes,
                            &deletion->asked, &call->fault);
}

void s3_call_delete_objects(struct s3_call *call) {
    struct deletion *deletion = memory_alloc(sizeof *deletion);

    call->state = deletion;
    call->free_state = free_deletion;
    deletion->out = BUFFER_INIT(XML_TEXT_MAX_BYTES);
    if (!read_body(call, deletion)) {
        s3_call_fail(call);
        return;
    }
    xml_begin(&deletion->out);
    xml_open_root(&deletion->out, "DeleteResult");
    s3_call_begin_turns(call, on_turn);
}
