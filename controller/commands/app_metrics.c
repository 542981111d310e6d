// The measurements of an application: series with a point a minute; and why it was scaled.
#include "base/memory.h"
#include "base/text.h"
#include "controller/commands/app_service_own.h"
#include "controller/scaling/metering.h"
#include "controller/scaling/metric_minute.h"
#include "controller/scaling/scaling_explain.h"
#include "controller/scaling/scaling_settings.h"
#include "controller/service/service.h"
#include "runtime/job_measurement.h"
#include "storage/metric_store.h"

static const int64_t PERIOD_MS = 60000;
static const int64_t WINDOW_DEFAULT_MS = 3 * 3600 * 1000;
// The limits of one reply, which takes about 10 ms. The next request begins at its "next".
enum { MINUTES_MAX = 240, POINTS_MAX = 5000, FIGURES_MAX = 40000 };

// --- series ---

struct collection {
    const struct metric_query *query;
    json_t *series;
    json_t *index; // the same series by "<name>\n<task>"
    int minutes;
    int points;
    int figures;     // that were read, also those that were not asked for
    int64_t next_ms; // the first minute that is not in the reply; 0 = all are
};

static const char *unit_of(const struct metric_definition *definitions, int count,
                           const char *name) {
    for (int index = 0; index < count; index++)
        if (text_equal(definitions[index].name, name)) return definitions[index].unit;
    return "None";
}

static json_t *new_series(const char *name, const char *task) {
    bool is_app = task[0] == '\0';
    json_t *series = json_new_object();

    json_put_text(series, "name", name);
    json_put_text(series, "unit",
                  is_app ? unit_of(METRIC_APP, METRIC_APP_COUNT, name)
                         : unit_of(METRIC_TASK, METRIC_TASK_COUNT, name));
    if (!is_app) json_put_text(series, "task", task);
    json_put(series, "points", json_new_array());
    return series;
}

static void add_point(struct collection *collection, const char *name, const char *task,
                      int64_t at_ms, const json_t *value) {
    AUTO(memory_free) char *key = memory_format("%s\n%s", name, task);
    json_t *series = json_object_get(collection->index, key);
    json_t *point = json_new_array();

    if (series == NULL) {
        series = new_series(name, task);
        json_add(collection->series, series);
        json_put(collection->index, key, json_incref(series));
    }
    json_add(point, json_integer(at_ms));
    json_add(point, json_copy_of(value));
    json_add(json_object_get(series, "points"), point);
    collection->points++;
}

static void add_figures(struct collection *collection, const char *task, int64_t at_ms,
                        json_t *figures) {
    const struct metric_query *query = collection->query;
    const char *name;
    json_t *value;

    collection->figures += (int)json_object_size(figures);
    if (query->task[0] != '\0' && !text_equal(query->task, task)) return;
    json_object_foreach(figures, name, value) {
        if (query->metric[0] == '\0' || text_equal(query->metric, name))
            add_point(collection, name, task, at_ms, value);
    }
}

static bool add_minute(void *userdata, int64_t at_ms, const json_t *figures) {
    struct collection *collection = userdata;
    json_t *tasks = json_object_get(figures, "tasks");
    const char *task;
    json_t *value;

    if (collection->minutes == MINUTES_MAX || collection->points >= POINTS_MAX ||
        collection->figures >= FIGURES_MAX) {
        collection->next_ms = at_ms;
        return false;
    }
    collection->minutes++;
    add_figures(collection, "", at_ms, json_object_get(figures, "app"));
    json_object_foreach(tasks, task, value) {
        add_figures(collection, task, at_ms, value);
    }
    return true;
}

static bool collect(struct app_service *service, const struct app *app,
                    struct collection *collection, struct error *err) {
    const struct metric_query *query = collection->query;
    int64_t from_ms = query->from_ms;

    if (from_ms < 0) {
        int64_t now_ms = service_now_ms(service);
        from_ms = (query->to_ms < now_ms ? query->to_ms : now_ms) - WINDOW_DEFAULT_MS;
    }
    return metric_store_visit(service->db, app->id, from_ms, query->to_ms, add_minute, collection,
                              err);
}

bool app_service_metrics(struct app_service *service, const struct app_scope *scope,
                         const char *name, const struct metric_query *query, json_t **out_metrics,
                         struct error *err) {
    AUTO(json_decref) json_t *series = json_new_array();
    AUTO(json_decref) json_t *index = json_new_object();
    struct collection collection = {.query = query, .series = series, .index = index};
    struct app app;
    int kpus;

    if (!service_find_app(service, scope, name, &app, err) ||
        !scaling_kpus(service, &app, &kpus, err) || !collect(service, &app, &collection, err))
        return false;
    json_t *metrics = json_new_object();
    json_put_text(metrics, "application", app.name);
    json_put_int(metrics, "periodMs", PERIOD_MS);
    const struct job_measurement *newest = metering_latest(service, app.id);
    if (newest != NULL) {
        struct metric_minute moment = {0};
        metric_minute_add(&moment, newest, kpus);
        json_put(metrics, "newest", metric_minute_figures(&moment));
    }
    if (collection.next_ms != 0) json_put_int(metrics, "next", collection.next_ms);
    json_put(metrics, "series", TAKE(series));
    *out_metrics = metrics;
    return true;
}

bool app_service_explain(struct app_service *service, const struct app_scope *scope,
                         const char *name, int64_t limit, json_t **out_explanation,
                         struct error *err) {
    struct app app;

    if (!service_find_app(service, scope, name, &app, err)) return false;
    const struct job_measurement *newest = metering_latest(service, app.id);
    int max_parallelism = newest == NULL ? 0 : newest->max_parallelism;
    return scaling_explain(service, &app, max_parallelism, limit, out_explanation, err);
}
