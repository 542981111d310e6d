#include "controller/history/trouble.h"

#include "base/clock.h"
#include "base/text.h"
#include "controller/history/event_log.h"
#include "storage/event_store.h"

#include <string.h>

// LOOP_RESTARTS restarts in a row are reported as a restart loop; CALM_MS without one ends it.
static const int LOOP_RESTARTS = 3;
static const int64_t CALM_MS = 300000;

// --- recoveries ---

static bool is_over(const json_t *recovery) {
    return text_equal(json_text(recovery, "phase"), "UP");
}

// The newest step of the recovery that is in progress; NULL = there is none. A later change of the
// status has ended it.
static bool find_open_recovery(struct app_service *service, const struct app *app,
                               json_t **out_event, struct error *err) {
    AUTO(json_decref) json_t *recovery = NULL;
    AUTO(json_decref) json_t *status = NULL;

    *out_event = NULL;
    if (!event_store_find_newest(service->db, app->id, "recovery", &recovery, err)) return false;
    if (recovery == NULL || is_over(recovery)) return true;
    if (!event_store_find_newest(service->db, app->id, "status", &status, err)) return false;
    if (json_int_or(status, "sequence", 0) < json_int_or(recovery, "sequence", 0))
        *out_event = TAKE(recovery);
    return true;
}

bool trouble_add_recovery(struct app_service *service, const struct app *app, const char *phase,
                          const char *message, json_t *detail, struct error *err) {
    AUTO(json_decref) json_t *held = detail;
    AUTO(json_decref) json_t *before = NULL;
    int64_t now_ms = service_now_ms(service);
    char text[APP_FAILURE_SIZE + 200];

    if (!find_open_recovery(service, app, &before, err)) return false;
    int64_t since_ms = json_int_or(before, "sinceMs", now_ms);
    (void)text_copy(text, sizeof text, message);
    json_put_text(held, "phase", phase);
    json_put_int(held, "sinceMs", since_ms);
    // Each step keeps the reason of the recovery.
    if (json_text(held, "reason") == NULL && json_text(before, "reason") != NULL)
        json_put_text(held, "reason", json_text(before, "reason"));
    if (is_over(held)) {
        int64_t elapsed_ms = clock_elapsed_ms(since_ms, now_ms);
        json_put_int(held, "elapsedMs", elapsed_ms);
        (void)text_format(text, sizeof text, "%s: it took %lld ms", message, (long long)elapsed_ms);
    }
    return event_log_add_at(service, app, now_ms, "recovery", text, TAKE(held), err);
}

bool trouble_add_tasks(struct app_service *service, const struct app *app, json_t *detail,
                       struct error *err) {
    AUTO(json_decref) json_t *held = detail;
    AUTO(json_decref) json_t *open = NULL;

    if (!find_open_recovery(service, app, &open, err)) return false;
    if (open != NULL)
        return trouble_add_recovery(service, app, "UP", "every vertex is RUNNING again", TAKE(held),
                                    err);
    return event_log_add(service, app, "tasks", "every vertex is RUNNING", TAKE(held), err);
}

// --- restarts by Flink ---

static bool is_of_current_job(const struct app *app, const json_t *restart) {
    return text_equal(json_text(restart, "job"), app->slots[SLOT_CURRENT].job_id);
}

bool trouble_add_restart(struct app_service *service, const struct app *app, int count,
                         const char *cause, struct error *err) {
    AUTO(json_decref) json_t *before = NULL;
    int64_t now_ms = service_now_ms(service);
    char message[APP_FAILURE_SIZE + 200];

    if (!event_store_find_newest(service->db, app->id, "restart", &before, err)) return false;
    bool is_streak =
        is_of_current_job(app, before) && now_ms - json_int_or(before, "atMs", 0) < CALM_MS;
    int64_t streak = (is_streak ? json_int_or(before, "inARow", 0) : 0) + count;
    int64_t since_ms = is_streak ? json_int_or(before, "sinceMs", now_ms) : now_ms;
    bool is_loop = streak >= LOOP_RESTARTS;
    if (is_loop)
        (void)text_format(message, sizeof message,
                          "the job is in a loop of restarts, %lld in %lld s: %s", (long long)streak,
                          (long long)clock_elapsed_ms(since_ms, now_ms) / 1000, cause);
    else
        (void)text_format(message, sizeof message,
                          "Flink restarted the job (%d since it was submitted): %s",
                          app->job_restarts, cause);
    json_t *detail = json_new_object();
    json_put_text(detail, "job", app->slots[SLOT_CURRENT].job_id);
    json_put_int(detail, "restarts", app->job_restarts);
    json_put_int(detail, "inARow", streak);
    json_put_int(detail, "sinceMs", since_ms);
    json_put_bool(detail, "isLoop", is_loop);
    json_put_text(detail, "cause", cause);
    return event_log_add_at(service, app, now_ms, "restart", message, detail, err);
}

bool trouble_find_streak(struct app_service *service, const struct app *app,
                         struct restart_streak *out_streak, struct error *err) {
    AUTO(json_decref) json_t *latest = NULL;
    int64_t now_ms = service_now_ms(service);

    *out_streak = (struct restart_streak){0};
    if (!event_store_find_newest(service->db, app->id, "restart", &latest, err)) return false;
    int64_t at_ms = json_int_or(latest, "atMs", now_ms);
    if (!is_of_current_job(app, latest) || now_ms - at_ms >= CALM_MS) return true;
    out_streak->restarts = (int)json_int_or(latest, "inARow", 0);
    out_streak->lasted_ms = clock_elapsed_ms(json_int_or(latest, "sinceMs", at_ms), at_ms);
    out_streak->since_latest_ms = clock_elapsed_ms(at_ms, now_ms);
    return true;
}

// --- describing it ---

static bool put_recovery(struct app_service *service, const struct app *app, json_t *description,
                         struct error *err) {
    AUTO(json_decref) json_t *newest = NULL;
    AUTO(json_decref) json_t *open = NULL;
    char trouble[2 * APP_FAILURE_SIZE];

    if (!event_store_find_newest(service->db, app->id, "recovery", &newest, err)) return false;
    if (newest != NULL && is_over(newest))
        json_put_int(description, "lastRecoveryMs", json_int_or(newest, "elapsedMs", 0));
    if (app->status != APP_RUNNING) return true;
    if (!find_open_recovery(service, app, &open, err)) return false;
    if (open == NULL) return true;
    const char *message = json_text_or(open, "message", "");
    const char *reason = json_text_or(open, "reason", "");
    bool is_complete = reason[0] == '\0' || strstr(message, reason) != NULL;
    (void)text_format(trouble, sizeof trouble, "%s%s%s", message, is_complete ? "" : "; ",
                      is_complete ? "" : reason);
    json_put_text(description, "trouble", trouble);
    return true;
}

bool trouble_put(struct app_service *service, const struct app *app, json_t *description,
                 struct error *err) {
    AUTO(json_decref) json_t *restart = NULL;
    bool is_loop = false;

    if (app->status == APP_RUNNING && app->job_restarts > 0) {
        if (!event_store_find_newest(service->db, app->id, "restart", &restart, err)) return false;
        is_loop = is_of_current_job(app, restart) && json_bool_or(restart, "isLoop", false) &&
                  service_now_ms(service) - json_int_or(restart, "atMs", 0) < CALM_MS;
    }
    json_put_bool(description, "isRestartLoop", is_loop);
    if (is_loop) json_put_text(description, "trouble", json_text_or(restart, "message", ""));
    if (is_loop || (app->status != APP_RUNNING && app->recoveries == 0)) return true;
    return put_recovery(service, app, description, err);
}
