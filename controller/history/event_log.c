#include "controller/history/event_log.h"

#include "base/clock.h"
#include "base/text.h"
#include "model/enhanced_snapshot.h"
#include "storage/event_store.h"

bool event_log_add_at(struct app_service *service, const struct app *app, int64_t at_ms,
                      const char *kind, const char *message, json_t *detail, struct error *err) {
    AUTO(json_decref) json_t *held = detail;
    struct event event = {.at_ms = at_ms, .kind = kind, .message = message, .detail = held};

    if (service->on_event != NULL) service->on_event(service->event_userdata);
    return event_store_add(service->db, app->id, &event, err);
}

bool event_log_add(struct app_service *service, const struct app *app, const char *kind,
                   const char *message, json_t *detail, struct error *err) {
    return event_log_add_at(service, app, service_now_ms(service), kind, message, detail, err);
}

bool event_log_status(struct app_service *service, const struct app *app, enum app_status before,
                      const char *reason, struct error *err) {
    json_t *detail;
    char message[512];

    if (app->status == before) return true;
    detail = json_new_object();
    json_put_text(detail, "from", app_status_name(before));
    json_put_text(detail, "to", app_status_name(app->status));
    json_put_int(detail, "version", app->version);
    (void)text_format(message, sizeof message, "%s: %s", app_status_name(app->status), reason);
    return event_log_add(service, app, "status", message, detail, err);
}

bool event_log_phase(struct app_service *service, const struct app *app, const char *phase,
                     json_t *detail, struct error *err) {
    json_t *all = detail == NULL ? json_new_object() : detail;
    int64_t now_ms = service_now_ms(service);
    char message[128];

    if (app->move.kind == MOVE_NONE) {
        json_decref(all);
        return true;
    }
    json_put_text(all, "move", move_kind_name(app->move.kind));
    json_put_text(all, "phase", phase);
    json_put_int(all, "elapsedMs", clock_elapsed_ms(app->move.started_at_ms, now_ms));
    (void)text_format(message, sizeof message, "%s of %s %s", phase,
                      app->move.kind == MOVE_UPDATE ? "an" : "a", move_kind_name(app->move.kind));
    return event_log_add_at(service, app, now_ms, "move", message, all, err);
}

bool event_log_snapshot(struct app_service *service, const struct app *app,
                        const char *snapshot_name, const char *status, const char *reason,
                        struct error *err) {
    const char *name = enhanced_snapshot_shown_name(snapshot_name);
    json_t *detail = json_new_object();
    char message[512];

    json_put_text(detail, "snapshot", name);
    json_put_text(detail, "status", status);
    (void)text_format(message, sizeof message, "snapshot %.200s is %s%s%.200s", name, status,
                      reason[0] == '\0' ? "" : ": ", reason);
    return event_log_add(service, app, "snapshot", message, detail, err);
}
