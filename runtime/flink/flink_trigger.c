#include "runtime/flink/flink_trigger.h"

#include "base/text.h"

static const int64_t TIMEOUT_MS = 10000;
static const int LOST_MAX = 5;

void flink_trigger_cancel(struct flink_trigger *trigger) {
    flink_call_free(trigger->call);
    trigger->call = NULL;
}

static void on_answer(void *userdata, json_t *reply, const struct error *err) {
    struct flink_trigger *trigger = userdata;
    bool is_lost = err != NULL && err->kind == ERROR_UNAVAILABLE;

    (void)reply;
    flink_trigger_cancel(trigger);
    if (is_lost) trigger->lost++;
    trigger->done(trigger->userdata, is_lost && trigger->lost < LOST_MAX ? NULL : err);
}

void flink_trigger_send(struct flink_trigger *trigger) {
    AUTO(json_decref) json_t *body = json_new_object();
    bool stops_job = trigger->stops_job;
    char path[256];

    json_put_text(body, "triggerId", trigger->trigger_id);
    json_put_text(body, "formatType", "CANONICAL");
    json_put_text(body, stops_job ? "targetDirectory" : "target-directory", trigger->directory_uri);
    json_put_bool(body, stops_job ? "drain" : "cancel-job", false);
    (void)text_format(path, sizeof path, "/jobs/%s/%s", trigger->job_id,
                      stops_job ? "stop" : "savepoints");
    flink_trigger_cancel(trigger);
    trigger->call = flink_client_post(trigger->client, FLINK_SAVEPOINT, path, body, TIMEOUT_MS,
                                      on_answer, trigger);
}

bool flink_trigger_repeat(struct flink_trigger *trigger) {
    if (trigger->lost == 0) return false;
    flink_trigger_send(trigger);
    return true;
}
