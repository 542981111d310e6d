#include "controller/scaling/scaling.h"

#include "base/text.h"
#include "controller/history/event_log.h"
#include "controller/moves/move_begin.h"
#include "controller/moves/restore.h"
#include "controller/scaling/autoscaler.h"
#include "controller/scaling/metering_options.h"
#include "storage/scaling_store.h"
#include "storage/tag_store.h"

static const char TAG[] = "kobel:autoscaling";
enum { MOVES_SHOWN = 10 };

// --- what is known ---

// The tag of an application comes before the server's option; one that cannot be read does not.
static bool policy_of(struct app_service *service, const struct app *app,
                      enum scaling_policy *out_policy, struct error *err) {
    char name[32];
    bool found;

    *out_policy = service->metering->policy;
    if (!tag_store_find(service->db, app->id, TAG, name, sizeof name, &found, err)) return false;
    if (found) (void)scaling_policy_from_name(name, out_policy);
    return true;
}

int scaling_kpus(struct app_service *service, const struct app *app) {
    struct job_spec spec;
    struct error missing;

    if (!service_load_spec(service, app->id, app->version, &spec, &missing)) return 0;
    spec.parallelism = app->current_parallelism;
    return job_spec_kpus(&spec) + 1;
}

static struct scaling_limits limits_of(const struct app_service *service, const struct app *app,
                                       const struct job_spec *spec, int max_parallelism) {
    return (struct scaling_limits){
        .enabled = spec->auto_scaling_enabled,
        .parallelism = spec->parallelism,
        .parallelism_per_kpu = spec->parallelism_per_kpu,
        .kpu_limit = (int)service->limits.kpus,
        .current_parallelism = app->current_parallelism,
        .max_parallelism = max_parallelism,
    };
}

// What the newest scaling on record has come to. One that is not what runs now, or was begun after
// that came up, did not get anywhere, or was undone.
static bool last_move_of(struct app_service *service, const struct app *app,
                         struct scaling_last_move *out_move, struct error *err) {
    AUTO(json_decref) json_t *moves = NULL;
    struct scaling_last_move move = {.ended_at_ms = app->slots[SLOT_CURRENT].up_since_ms};

    if (!scaling_store_list(service->db, app->id, true, 1, &moves, err)) return false;
    const json_t *newest = json_array_get(moves, 0);
    int64_t at_ms = json_int_or(newest, "atMs", 0);
    int wanted = (int)json_int_or(newest, "wantedParallelism", 0);
    bool has_worked = at_ms <= move.ended_at_ms && wanted == app->current_parallelism;
    if (newest != NULL && !has_worked) move.failed_at_ms = at_ms;
    if (newest != NULL && has_worked) {
        move.from_parallelism = (int)json_int_or(newest, "currentParallelism", 0);
        move.to_parallelism = wanted;
        move.capacity_before_per_s = json_number_value(json_member(newest, "capacityPerSecond"));
    }
    *out_move = move;
    return true;
}

// --- on record ---

static void put_figure(json_t *object, const char *key, double figure) {
    if (figure >= 0) json_put_real(object, key, figure);
}

static json_t *inputs_of(const struct job_measurement *measurement,
                         const struct scaling_sample *sample) {
    json_t *inputs = json_new_object();
    json_t *tasks = json_new_array();

    put_figure(inputs, "cpuMaxRatio", measurement->cpu_max_ratio);
    for (int index = 0; sample != NULL && index < sample->vertex_count; index++) {
        const struct scaling_vertex *vertex = &sample->vertices[index];
        json_t *task = json_new_object();
        json_put_text(task, "name", measurement->vertices[index].name);
        json_put_int(task, "parallelism", vertex->parallelism);
        put_figure(task, "inPerSecond", vertex->records_in_per_s);
        put_figure(task, "outPerSecond", vertex->records_out_per_s);
        put_figure(task, "busyRatio", vertex->busy_ratio);
        put_figure(task, "backpressuredRatio", vertex->backpressured_ratio);
        put_figure(task, "pendingRecords", vertex->backlog_records);
        json_add(tasks, task);
    }
    json_put(inputs, "tasks", tasks);
    return inputs;
}

static json_t *body_of(const struct scaling_input *input, const struct scaling_decision *decision,
                       const struct job_measurement *measurement) {
    json_t *body = json_new_object();

    json_put_int(body, "atMs", input->now_ms);
    json_put_text(body, "policy", scaling_policy_name(input->policy));
    json_put_text(body, "reason", scaling_reason_name(decision->reason));
    json_put_bool(body, "moves", decision->moves);
    json_put_int(body, "currentParallelism", input->limits.current_parallelism);
    json_put_int(body, "wantedParallelism", decision->wanted_parallelism);
    put_figure(body, "demandPerSecond", decision->demand_per_s);
    put_figure(body, "capacityPerSecond", decision->capacity_per_s);
    put_figure(body, "utilization", decision->utilization);
    if (decision->busiest_vertex >= 0)
        json_put_text(body, "busiestTask", measurement->vertices[decision->busiest_vertex].name);
    json_put_text(body, "text", decision->text);
    json_put(body, "inputs", inputs_of(measurement, scaling_window_sample(input->window, 0)));
    return body;
}

// --- the move ---

static bool log_scaling(struct app_service *service, const struct app *app,
                        const struct scaling_decision *decision, struct error *err) {
    json_t *detail = json_new_object();

    json_put_int(detail, "from", app->current_parallelism);
    json_put_int(detail, "to", decision->wanted_parallelism);
    json_put_text(detail, "reason", scaling_reason_name(decision->reason));
    return event_log_add(service, app, "scaling", decision->text, detail, err);
}

static bool begin(struct app_service *service, struct app *app, bool takes_snapshot,
                  const struct scaling_decision *decision, int64_t now_ms, const json_t *body,
                  struct error *err) {
    struct move_order order = {.kind = MOVE_SCALE, .event = EVENT_SCALE};
    AUTO(db_rollback) struct db_tx tx = {0};

    app->move = (struct move){.halt = takes_snapshot ? HALT_SAVEPOINT : HALT_DISCARDS};
    app->slots[SLOT_NEXT] = (struct placement){.phase = PLACEMENT_PLANNED,
                                               .version = app->version,
                                               .parallelism = decision->wanted_parallelism};
    restore_at_move(app, RESTORE_LATEST, NULL);
    if (takes_snapshot) move_begin_name_snapshot(app, "AUTOSCALING", now_ms);
    if (!db_begin(service->db, &tx, err)) return false;
    if (!scaling_store_add(service->db, app->id, now_ms, true, body, err)) return false;
    if (!log_scaling(service, app, decision, err)) return false;
    if (!move_begin_in(service, app, &order, err)) return false;
    if (!db_commit(&tx, err)) return false;
    move_begin_wake(service, app);
    return true;
}

bool scaling_consider(struct app_service *service, struct app *app,
                      const struct job_measurement *measurement,
                      const struct scaling_window *window, int64_t now_ms, struct error *err) {
    const char *names[MEASURED_VERTICES_MAX];
    struct scaling_tuning tuning = scaling_tuning_default();
    struct scaling_input input = {.now_ms = now_ms, .window = window, .vertex_names = names};
    struct job_spec spec;

    // A move is a thing of the real world, however fast the clock is.
    tuning.restart_ms = (int64_t)((double)tuning.restart_ms * clock_scale(&service->clock));
    for (int index = 0; index < MEASURED_VERTICES_MAX; index++)
        names[index] = measurement->vertices[index].name;
    if (!service_load_spec(service, app->id, app->version, &spec, err)) return false;
    if (!policy_of(service, app, &input.policy, err)) return false;
    if (!last_move_of(service, app, &input.last_move, err)) return false;
    input.limits = limits_of(service, app, &spec, measurement->max_parallelism);
    struct scaling_decision decision = autoscaler_decide(&input, &tuning);
    AUTO(json_decref) json_t *body = body_of(&input, &decision, measurement);
    if (decision.moves)
        return begin(service, app, spec.snapshots_enabled, &decision, now_ms, body, err);
    return scaling_store_add(service->db, app->id, now_ms, false, body, err);
}

// --- explaining ---

static const char *explanation_of(const struct app *app, const json_t *newest) {
    if (app->status != APP_RUNNING && app->status != APP_AUTOSCALING)
        return "the application does not run: nothing is measured";
    if (newest == NULL) return "nothing was measured yet";
    return json_text_or(newest, "text", "");
}

bool scaling_explain(struct app_service *service, const struct app *app, int max_parallelism,
                     int64_t limit, json_t **out_explanation, struct error *err) {
    AUTO(json_decref) json_t *evaluations = NULL;
    AUTO(json_decref) json_t *moves = NULL;
    enum scaling_policy policy;
    struct job_spec spec;

    if (!service_load_spec(service, app->id, app->version, &spec, err)) return false;
    if (!policy_of(service, app, &policy, err)) return false;
    if (!scaling_store_list(service->db, app->id, false, limit, &evaluations, err)) return false;
    if (!scaling_store_list(service->db, app->id, true, MOVES_SHOWN, &moves, err)) return false;
    struct scaling_limits limits = limits_of(service, app, &spec, max_parallelism);
    json_t *explanation = json_new_object();
    json_put_text(explanation, "application", app->name);
    json_put_text(explanation, "status", app_status_name(app->status));
    json_put_text(explanation, "policy", scaling_policy_name(policy));
    json_put_bool(explanation, "enabled", limits.enabled);
    json_put_int(explanation, "currentParallelism", limits.current_parallelism);
    json_put_int(explanation, "floor", scaling_floor(&limits));
    json_put_int(explanation, "ceiling", scaling_ceiling(&limits));
    json_put_text(explanation, "explanation", explanation_of(app, json_array_get(evaluations, 0)));
    json_put(explanation, "evaluations", TAKE(evaluations));
    json_put(explanation, "moves", TAKE(moves));
    *out_explanation = explanation;
    return true;
}
