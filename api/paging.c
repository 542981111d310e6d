#include "api/paging.h"

#include "api/page_token.h"
#include "base/json.h"
#include "base/text.h"

static const int64_t LIMIT_DEFAULT = 50;

size_t paging_limit(const struct call *call) {
    return (size_t)json_int_or(call->request, "Limit", LIMIT_DEFAULT);
}

static void name_list(const struct call *call, char *out, size_t size_bytes) {
    (void)text_format(out, size_bytes, "%s/%s/%s/%s", call->operation->name, call->scope.account,
                      call->scope.region, call_app_name(call));
}

bool paging_start(const struct call *call, int64_t *out_before_sequence, struct error *err) {
    const char *token = json_text(call->request, "NextToken");
    char list[256];

    *out_before_sequence = INT64_MAX;
    if (token == NULL) return true;
    name_list(call, list, sizeof list);
    return page_token_read(call->context->token_key, list, token, out_before_sequence, err);
}

void paging_put_token(const struct call *call, json_t *reply, int64_t last_sequence) {
    char list[256];
    char token[PAGE_TOKEN_SIZE];

    name_list(call, list, sizeof list);
    page_token_make(call->context->token_key, list, last_sequence, token);
    json_put_text(reply, "NextToken", token);
}

bool paging_start_name(const struct call *call, char out_after[static APP_NAME_SIZE],
                       struct error *err) {
    const char *token = json_text(call->request, "NextToken");
    char list[256];

    out_after[0] = '\0';
    if (token == NULL) return true;
    name_list(call, list, sizeof list);
    return page_token_read_name(call->context->token_key, list, token, out_after, err);
}

void paging_put_name_token(const struct call *call, json_t *reply, const char *last_name) {
    char list[256];
    char token[APP_NAME_SIZE];

    name_list(call, list, sizeof list);
    page_token_make_name(call->context->token_key, list, last_name, token);
    json_put_text(reply, "NextToken", token);
}
