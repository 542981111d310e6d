#include "runtime/s3/s3_list.h"

#include "base/memory.h"
#include "base/sigv4.h"
#include "base/text.h"
#include "runtime/s3/s3_xml.h"

// A page has 1000 keys; a server that never comes to an end is given up.
enum { PAGES_MAX = 10000 };
// One page is read in one turn of the loop.
static const size_t PAGE_MAX_BYTES = (size_t)2 << 20;

struct s3_list {
    struct s3_client *client;
    struct s3_list_call call;
    char *bucket;
    char *prefix; // escaped
    char token[S3_XML_TEXT_MAX_BYTES + 1];
    int pages;
    struct s3_request *request;
    // Of the page, while it is read.
    bool is_error; // instead of a page
    bool is_truncated;
    char next_token[S3_XML_TEXT_MAX_BYTES + 1];
    char key[S3_XML_TEXT_MAX_BYTES + 1];
    int64_t size_bytes; // -1 = not seen
};

static void free_list(struct s3_list *list) {
    s3_request_cancel(list->request);
    memory_free(list->bucket);
    memory_free(list->prefix);
    memory_free(list);
}

void s3_list_cancel(struct s3_list *list) {
    if (list != NULL) free_list(list);
}

static void finish(struct s3_list *list, const struct s3_failure *failure) {
    struct s3_list_call call = list->call;

    free_list(list);
    call.done(call.userdata, failure);
}

// --- a page ---

static bool end_object(struct s3_list *list) {
    bool is_complete = list->key[0] != '\0' && list->size_bytes >= 0;

    is_complete = is_complete && list->call.visit(list->call.userdata, list->key, list->size_bytes);
    list->key[0] = '\0';
    list->size_bytes = -1;
    return is_complete;
}

static bool on_element(void *userdata, const char *path, const char *text) {
    struct s3_list *list = userdata;

    if (text_equal(path, "ListBucketResult/Contents/Key"))
        return text_is_utf8(text) && text_copy(list->key, sizeof list->key, text);
    if (text_equal(path, "ListBucketResult/Contents/Size"))
        return text_to_int64(text, &list->size_bytes) && list->size_bytes >= 0;
    if (text_equal(path, "ListBucketResult/Contents")) return end_object(list);
    if (text_equal(path, "ListBucketResult/IsTruncated"))
        list->is_truncated = text_equal(text, "true");
    if (text_equal(path, "ListBucketResult/NextContinuationToken"))
        return text_copy(list->next_token, sizeof list->next_token, text);
    list->is_error |= text_starts_with(path, "Error/");
    return text_starts_with(path, "ListBucketResult");
}

static void send(struct s3_list *list);

// Is it the last page, or names another one that follows?
static bool is_in_order(const struct s3_list *list) {
    return !list->is_truncated || (list->next_token[0] != '\0' && list->pages < PAGES_MAX &&
                                   !text_equal(list->next_token, list->token));
}

static void read_page(struct s3_list *list, const char *what, const struct http_reply *reply) {
    struct error err;

    list->is_truncated = list->is_error = false;
    list->next_token[0] = list->key[0] = '\0';
    list->size_bytes = -1;
    bool is_read = s3_xml_read(reply->body, reply->size_bytes, on_element, list, &err);
    if (is_read && !is_in_order(list))
        is_read = error_set(&err, ERROR_INVALID, "the list does not end");
    if (!is_read) {
        struct s3_failure failure =
            list->is_error ? s3_failure_of(what, reply, NULL) : s3_failure_of(what, NULL, &err);
        finish(list, &failure);
    } else if (list->is_truncated) {
        (void)text_copy(list->token, sizeof list->token, list->next_token);
        send(list);
    } else {
        finish(list, NULL);
    }
}

static void on_reply(void *userdata, const struct http_reply *reply, const struct error *err) {
    struct s3_list *list = userdata;
    AUTO(memory_free) char *what = memory_format("list the bucket '%s'", list->bucket);

    list->request = NULL;
    if (reply != NULL && reply->status == 200) {
        read_page(list, what, reply);
        return;
    }
    struct s3_failure failure = s3_failure_of(what, reply, err);
    if (failure.fault == S3_FAULT_OBJECT) failure.fault = S3_FAULT_BUCKET;
    finish(list, &failure);
}

static void send(struct s3_list *list) {
    AUTO(memory_free) char *token = sigv4_escape(list->token, false);
    AUTO(memory_free)
    char *query = memory_format("%s%s%slist-type=2&prefix=%s",
                                token[0] == '\0' ? "" : "continuation-token=", token,
                                token[0] == '\0' ? "" : "&", list->prefix);
    struct s3_call call = {.method = "GET",
                           .bucket = list->bucket,
                           .key = "",
                           .query = query,
                           .limit_bytes = PAGE_MAX_BYTES,
                           .done = on_reply,
                           .userdata = list};

    list->pages++;
    list->request = s3_client_send(list->client, &call);
}

struct s3_list *s3_list_begin(struct s3_client *client, const struct s3_list_call *call) {
    struct s3_list *list = memory_alloc(sizeof *list);

    list->client = client;
    list->call = *call;
    list->bucket = memory_copy_text(call->bucket);
    list->prefix = sigv4_escape(call->prefix, false);
    send(list);
    return list;
}
