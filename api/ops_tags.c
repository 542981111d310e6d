// TagResource, UntagResource, ListTagsForResource.
#include "api/operations.h"
#include "base/json.h"
#include "controller/commands/app_service_commands.h"
#include "controller/commands/app_service_queries.h"

static const char *arn_of(const struct call *call) {
    return json_text_or(call->request, "ResourceARN", "");
}

void ops_tag_resource(struct call *call) {
    struct error err;
    bool is_done = app_service_tag(call->context->service, &call->scope, arn_of(call),
                                   json_member(call->request, "Tags"), &err);

    call_finish(call, is_done, &err);
}

void ops_untag_resource(struct call *call) {
    struct error err;
    bool is_done = app_service_untag(call->context->service, &call->scope, arn_of(call),
                                     json_member(call->request, "TagKeys"), &err);

    call_finish(call, is_done, &err);
}

void ops_list_tags_for_resource(struct call *call) {
    json_t *tags = NULL;
    struct error err;

    if (!app_service_list_tags(call->context->service, &call->scope, arn_of(call), &tags, &err)) {
        call_fail(call, &err);
        return;
    }
    json_t *reply = json_new_object();
    json_put(reply, "Tags", tags);
    call_reply(call, reply);
}
