// /kobel/v1/applications/<name>/logs: the list of log files; ?cluster=ID&file=NAME&from=POSITION: a
// page of one of them. "place" says how the page follows the one before: "on" continues it; "gap"
// left something out and begins within a line; "new" is of another file with that name.
#include "api/admin/admin.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/utf8.h"
#include "controller/commands/app_service_own.h"

#include <string.h>

static const char *const places[] = {
    [GROWING_FILE_NEXT] = "on",
    [GROWING_FILE_GAP] = "gap",
    [GROWING_FILE_NEW] = "new",
};

static json_t *show_page(const struct insight_log_page *page) {
    json_t *body = json_new_object();
    AUTO(memory_free) char *bytes = memory_alloc(page->size_bytes + 1);

    // JSON has only text: 0 and bytes that are not UTF-8 become U+FFFD.
    memcpy(bytes, page->bytes, page->size_bytes);
    for (size_t at = 0; at < page->size_bytes; at++)
        if (bytes[at] == '\0') bytes[at] = '\xff';
    AUTO(memory_free) char *text = utf8_copy_new(bytes, page->size_bytes);
    json_put_text(body, "place", places[page->place]);
    json_put_int(body, "from", page->from);
    json_put_int(body, "next", page->next);
    json_put_int(body, "sizeBytes", page->size_file_bytes);
    json_put_text(body, "text", text);
    return body;
}

struct admin_reply admin_logs_answer(const struct admin_request *request,
                                     const struct app_scope *scope, const char *name) {
    char cluster_id[APP_CLUSTER_ID_SIZE] = "";
    char file[INSIGHT_LOG_FILE_SIZE] = "";
    char from[24] = "0";
    struct log_query query = {.cluster_id = cluster_id, .file = file};
    json_t *body = NULL;
    struct error err;

    if (!admin_parameter(request->query, "file", file, sizeof file)) {
        if (!app_service_logs(request->service, scope, name, &body, &err))
            return admin_reply_failure(&err);
        return admin_reply_json(200, body);
    }
    (void)admin_parameter(request->query, "cluster", cluster_id, sizeof cluster_id);
    (void)admin_parameter(request->query, "from", from, sizeof from);
    if (!text_to_int64(from, &query.from) || query.from < 0)
        return admin_reply_error(400, "invalid",
                                 "\"from\" is a position in the file: 0, or "
                                 "\"next\" of the page before");
    AUTO(memory_free) struct insight_log_page *page = memory_alloc(sizeof *page);
    if (!app_service_log_page(request->service, scope, name, &query, page, &err))
        return admin_reply_failure(&err);
    return admin_reply_json(200, show_page(page));
}
