// The logs and outputs of the processes of an application's clusters.
#include "base/text.h"
#include "controller/commands/app_service_own.h"
#include "controller/service/service.h"

#include <string.h>

static void add_log(void *userdata, const struct insight_log *log) {
    json_t *files = userdata;
    json_t *one = json_new_object();
    char source[INSIGHT_LOG_FILE_SIZE];

    (void)text_format(source, sizeof source, "%.*s", (int)(strlen(log->file) - 4), log->file);
    json_put_text(one, "cluster", log->cluster_id);
    json_put_int(one, "number", log->number);
    json_put_text(one, "file", log->file);
    json_put_text(one, "source", source);
    json_put_bool(one, "isOutput", text_ends_with(log->file, ".out"));
    json_put_int(one, "sizeBytes", log->size_bytes);
    json_add(files, one);
}

bool app_service_logs(struct app_service *service, const struct app_scope *scope, const char *name,
                      json_t **out_logs, struct error *err) {
    AUTO(json_decref) json_t *files = json_new_array();
    struct app app;

    if (!service_find_app(service, scope, name, &app, err) ||
        !insight_list_logs(&service->insight, app.id, add_log, files, err))
        return false;
    *out_logs = json_new_object();
    json_put(*out_logs, "files", TAKE(files));
    return true;
}

bool app_service_log_page(struct app_service *service, const struct app_scope *scope,
                          const char *name, const struct log_query *query,
                          struct insight_log_page *out_page, struct error *err) {
    struct app app;

    return service_find_app(service, scope, name, &app, err) &&
           insight_read_log(&service->insight, app.id, query->cluster_id, query->file, query->from,
                            out_page, err);
}
