#include "controller/scaling/scaling_explain.h"

#include "controller/scaling/scaling_settings.h"
#include "storage/scaling_store.h"

enum { MOVES_SHOWN = 10 };

static const char *explanation_of(const struct app_service *service, const struct app *app,
                                  const json_t *newest) {
    struct cluster_view view;

    if (app->status != APP_RUNNING && app->status != APP_AUTOSCALING)
        return "the application does not run, so nothing is measured";
    cluster_view(&service->clusters, app->slots[SLOT_CURRENT].cluster_id, &view);
    if (app->status == APP_RUNNING && !cluster_view_runs_fully(&view))
        return "not all tasks of the job run, so nothing is decided";
    if (newest == NULL) return "nothing was measured yet";
    return json_text_or(newest, "text", "");
}

bool scaling_explain(struct app_service *service, const struct app *app, int max_parallelism,
                     int64_t limit, json_t **out_explanation, struct error *err) {
    AUTO(json_decref) json_t *evaluations = NULL;
    AUTO(json_decref) json_t *moves = NULL;
    struct scaling_settings settings;

    if (!scaling_settings_load(service, app, max_parallelism, &settings, err)) return false;
    if (!scaling_store_list(service->db, app->id, false, limit, &evaluations, err)) return false;
    if (!scaling_store_list(service->db, app->id, true, MOVES_SHOWN, &moves, err)) return false;
    const struct scaling_limits *limits = &settings.limits;
    json_t *explanation = json_new_object();
    json_put_text(explanation, "application", app->name);
    json_put_text(explanation, "status", app_status_name(app->status));
    json_put_text(explanation, "policy", scaling_policy_name(settings.policy));
    json_put_bool(explanation, "enabled", limits->enabled);
    json_put_int(explanation, "currentParallelism", limits->current_parallelism);
    json_put_int(explanation, "floor", scaling_floor(limits));
    json_put_int(explanation, "ceiling", scaling_ceiling(limits));
    json_put_text(explanation, "explanation",
                  explanation_of(service, app, json_array_get(evaluations, 0)));
    json_put(explanation, "evaluations", TAKE(evaluations));
    json_put(explanation, "moves", TAKE(moves));
    *out_explanation = explanation;
    return true;
}
