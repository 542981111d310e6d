#include "api/paging.h"

#include "api/page_token.h"
#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/json.h"

static const int64_t LIMIT_DEFAULT = 50;

size_t paging_limit(const struct call *call) {
    return (size_t)json_int_or(call->request, "Limit", LIMIT_DEFAULT);
}

// What a request for a list of snapshots or of their operations chooses by. A token is only for a
// request that chooses the same.
static const char *const choices[] = {
    "SnapshotName",          "SnapshotOperation", "SnapshotOperationStatus",
    "SourceApplicationName", "SnapshotInitiator", "SnapshotInitiatorOperation",
    "SnapshotStatus",
};

// In the signature there is room for this much, which is more than a valid request needs.
static const size_t LIST_NAME_MAX = 480;

static void name_list(const struct call *call, struct buffer *out) {
    (void)buffer_append_format(out, "%s/%s/%s/%s", call->operation->name, call->scope.account,
                               call->scope.region, call_app_name(call));
    for (size_t index = 0; index < COUNT_OF(choices); index++) {
        const char *value = json_text(call->request, choices[index]);
        if (value != NULL) (void)buffer_append_format(out, "/%s=%s", choices[index], value);
    }
}

bool paging_start(const struct call *call, int64_t first, int64_t *out_sequence,
                  struct error *err) {
    const char *token = json_text(call->request, "NextToken");
    AUTO(buffer_release) struct buffer list = BUFFER_INIT(LIST_NAME_MAX);

    *out_sequence = first;
    if (token == NULL) return true;
    name_list(call, &list);
    return page_token_read(call->context->token_key, buffer_text(&list), token, out_sequence, err);
}

void paging_put_token(const struct call *call, json_t *reply, int64_t last_sequence) {
    AUTO(buffer_release) struct buffer list = BUFFER_INIT(LIST_NAME_MAX);
    char token[PAGE_TOKEN_SIZE];

    name_list(call, &list);
    page_token_make(call->context->token_key, buffer_text(&list), last_sequence, token);
    json_put_text(reply, "NextToken", token);
}

bool paging_start_name(const struct call *call, char out_after[static APP_NAME_SIZE],
                       struct error *err) {
    const char *token = json_text(call->request, "NextToken");
    AUTO(buffer_release) struct buffer list = BUFFER_INIT(LIST_NAME_MAX);

    out_after[0] = '\0';
    if (token == NULL) return true;
    name_list(call, &list);
    return page_token_read_name(call->context->token_key, buffer_text(&list), token, out_after,
                                err);
}

void paging_put_name_token(const struct call *call, json_t *reply, const char *last_name) {
    AUTO(buffer_release) struct buffer list = BUFFER_INIT(LIST_NAME_MAX);
    char token[APP_NAME_SIZE];

    name_list(call, &list);
    page_token_make_name(call->context->token_key, buffer_text(&list), last_name, token);
    json_put_text(reply, "NextToken", token);
}
