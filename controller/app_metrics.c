// What was measured, for those who ask: series of minutes, and Prometheus.
#include "base/buffer.h"
#include "base/memory.h"
#include "base/text.h"
#include "controller/scaling.h"
#include "controller/state.h"
#include "runtime/process_usage.h"
#include "storage/metric_store.h"

#include <string.h>
#include <unistd.h>

static const int64_t PERIOD_MS = 60000;
static const size_t TEXT_MAX_BYTES = (size_t)64 << 20;

// --- series ---

struct collection {
    const struct metric_query *query;
    json_t *series;
};

static json_t *find_series(json_t *series, const char *name, const char *task) {
    size_t index;
    json_t *one;

    json_array_foreach(series, index,
                       one) if (text_equal(json_text(one, "name"), name) &&
                                text_equal(json_text_or(one, "task", ""), task)) return one;
    return NULL;
}

static const char *unit_of(const struct metric_definition *definitions, int count,
                           const char *name) {
    for (int index = 0; index < count; index++)
        if (text_equal(definitions[index].name, name)) return definitions[index].unit;
    return "None";
}

static void add_point(json_t *list, const char *name, const char *task, int64_t at_ms,
                      const json_t *value) {
    json_t *series = find_series(list, name, task);
    json_t *point = json_new_array();

    if (series == NULL) {
        bool is_app = task[0] == '\0';
        series = json_new_object();
        json_put_text(series, "name", name);
        json_put_text(series, "unit",
                      is_app ? unit_of(METRIC_APP, METRIC_APP_COUNT, name)
                             : unit_of(METRIC_TASK, METRIC_TASK_COUNT, name));
        if (!is_app) json_put_text(series, "task", task);
        json_put(series, "points", json_new_array());
        json_add(list, series);
    }
    json_add(point, json_integer(at_ms));
    json_add(point, json_copy_of(value));
    json_add(json_object_get(series, "points"), point);
}

static void add_figures(struct collection *collection, const char *task, int64_t at_ms,
                        json_t *figures) {
    const struct metric_query *query = collection->query;
    const char *name;
    json_t *value;

    if (query->task[0] != '\0' && !text_equal(query->task, task)) return;
    json_object_foreach(figures, name,
                        value) if (query->metric[0] == '\0' || text_equal(query->metric, name))
        add_point(collection->series, name, task, at_ms, value);
}

static void add_minute(void *userdata, int64_t at_ms, const json_t *figures) {
    json_t *tasks = json_object_get(figures, "tasks");
    const char *task;
    json_t *value;

    add_figures(userdata, "", at_ms, json_object_get(figures, "app"));
    json_object_foreach(tasks, task, value) add_figures(userdata, task, at_ms, value);
}

bool app_service_metrics(struct app_service *service, const struct app_scope *scope,
                         const char *name, const struct metric_query *query, json_t **out_metrics,
                         struct error *err) {
    AUTO(json_decref) json_t *series = json_new_array();
    struct collection collection = {.query = query, .series = series};
    struct app app;

    if (!app_store_find(service->db, scope, name, &app, err)) return false;
    if (!metric_store_visit(service->db, app.id, query->from_ms, query->to_ms, add_minute,
                            &collection, err))
        return false;
    json_t *metrics = json_new_object();
    json_put_text(metrics, "application", app.name);
    json_put_int(metrics, "periodMs", PERIOD_MS);
    const struct job_measurement *newest = metering_latest(service, app.id);
    if (newest != NULL) {
        struct metric_minute moment = {0};
        metric_minute_add(&moment, newest, scaling_kpus(service, &app));
        json_put(metrics, "newest", metric_minute_figures(&moment));
    }
    json_put(metrics, "series", TAKE(series));
    *out_metrics = metrics;
    return true;
}

bool app_service_explain(struct app_service *service, const struct app_scope *scope,
                         const char *name, int64_t limit, json_t **out_explanation,
                         struct error *err) {
    struct app app;

    return app_store_find(service->db, scope, name, &app, err) &&
           scaling_explain(service, &app, limit, out_explanation, err);
}

// --- Prometheus ---

// One application's lines are collected, and printed by metric: the format wants all lines of a
// metric together.
struct exposition {
    struct app_service *service;
    struct app *apps;
    size_t count;
    size_t capacity;
};

static bool add_app(void *userdata, const char *app_id, struct error *err) {
    struct exposition *all = userdata;

    if (all->count == all->capacity) {
        all->capacity = all->capacity == 0 ? 16 : 2 * all->capacity;
        all->apps = memory_resize(all->apps, all->capacity * sizeof *all->apps);
    }
    return app_store_load(all->service->db, app_id, &all->apps[all->count++], err);
}

static void print_head(struct buffer *out, const char *name, const char *help) {
    size_t length = strlen(name);
    bool is_counter = length > 6 && text_equal(name + length - 6, "_total");

    (void)buffer_append_format(out, "# HELP kobel_%s %s\n# TYPE kobel_%s %s\n", name, help, name,
                               is_counter ? "counter" : "gauge");
}

// A label's value: backslash, quote and line feed are escaped.
static void print_label(struct buffer *out, const char *name, const char *value) {
    (void)buffer_append_format(out, "%s=\"", name);
    while (*value != '\0') {
        size_t plain = strcspn(value, "\\\"\n");
        (void)buffer_append_format(out, "%.*s", (int)plain, value);
        value += plain;
        if (*value == '\0') break;
        (void)buffer_append_text(out, *value == '\n' ? "\\n" : *value == '"' ? "\\\"" : "\\\\");
        value++;
    }
    (void)buffer_append_text(out, "\"");
}

static void print_line(struct buffer *out, const char *name, const struct app *app,
                       const char *label, const char *label_value, double value) {
    (void)buffer_append_format(out, "kobel_%s{", name);
    print_label(out, "account", app->scope.account);
    (void)buffer_append_text(out, ",");
    print_label(out, "region", app->scope.region);
    (void)buffer_append_text(out, ",");
    print_label(out, "application", app->name);
    if (label != NULL) {
        (void)buffer_append_text(out, ",");
        print_label(out, label, label_value);
    }
    (void)buffer_append_format(out, "} %.10g\n", value);
}

static void print_app_metric(const struct exposition *all, int metric, struct buffer *out) {
    const struct metric_definition *definition = &METRIC_APP[metric];
    char name[96];

    if (definition->prometheus == NULL) return;
    (void)text_format(name, sizeof name, "application_%s", definition->prometheus);
    print_head(out, name, definition->help);
    for (size_t index = 0; index < all->count; index++) {
        const struct app *app = &all->apps[index];
        const struct job_measurement *newest = metering_latest(all->service, app->id);
        double figures[METRIC_APP_COUNT];
        if (newest == NULL) continue;
        metric_figures_app(newest, scaling_kpus(all->service, app), figures);
        if (figures[metric] >= 0)
            print_line(out, name, app, NULL, NULL, figures[metric] * definition->prometheus_scale);
    }
}

static void print_task_metric(const struct exposition *all, int metric, struct buffer *out) {
    const struct metric_definition *definition = &METRIC_TASK[metric];
    char name[96];

    (void)text_format(name, sizeof name, "application_%s", definition->prometheus);
    print_head(out, name, definition->help);
    for (size_t index = 0; index < all->count; index++) {
        const struct app *app = &all->apps[index];
        const struct job_measurement *newest = metering_latest(all->service, app->id);
        for (int vertex = 0; newest != NULL && vertex < newest->vertex_count; vertex++) {
            double figures[METRIC_TASK_COUNT];
            metric_figures_task(&newest->vertices[vertex], figures);
            if (figures[metric] >= 0)
                print_line(out, name, app, "task", newest->vertices[vertex].name,
                           figures[metric] * definition->prometheus_scale);
        }
    }
}

// What is on record of every application, whether it runs or not.
static void print_records(const struct exposition *all, struct buffer *out) {
    print_head(out, "application_status", "1 for the status that the application has");
    for (size_t index = 0; index < all->count; index++)
        print_line(out, "application_status", &all->apps[index], "status",
                   app_status_name(all->apps[index].status), 1);
    print_head(out, "application_parallelism", "CurrentParallelism");
    for (size_t index = 0; index < all->count; index++)
        print_line(out, "application_parallelism", &all->apps[index], NULL, NULL,
                   all->apps[index].current_parallelism);
    print_head(out, "application_recoveries_total", "Clusters that were lost while it ran");
    for (size_t index = 0; index < all->count; index++)
        print_line(out, "application_recoveries_total", &all->apps[index], NULL, NULL,
                   (double)all->apps[index].recoveries);
    print_head(out, "application_memory_bytes", "Memory of all processes of the application");
    for (size_t index = 0; index < all->count; index++) {
        const struct job_measurement *newest = metering_latest(all->service, all->apps[index].id);
        if (newest != NULL)
            print_line(out, "application_memory_bytes", &all->apps[index], NULL, NULL,
                       newest->memory_bytes);
    }
}

static void print_daemon(const struct app_service *service, struct buffer *out) {
    const struct cluster_port *clusters = &service->clusters;

    print_head(out, "memory_budget_bytes", "Memory that all clusters together may be promised");
    (void)buffer_append_format(out, "kobel_memory_budget_bytes %lld\n",
                               (long long)service->memory_budget_bytes);
    print_head(out, "memory_counted_bytes", "Memory of clusters that counts against the budget");
    (void)buffer_append_format(out, "kobel_memory_counted_bytes %lld\n",
                               (long long)clusters->ops->memory_used_bytes(clusters->self));
    (void)buffer_append_format(out,
                               "# HELP process_resident_memory_bytes Memory of the daemon itself\n"
                               "# TYPE process_resident_memory_bytes gauge\n"
                               "process_resident_memory_bytes %lld\n",
                               (long long)process_resident_bytes(getpid()));
}

bool app_service_print_metrics(struct app_service *service, char **out_text, struct error *err) {
    AUTO(buffer_release) struct buffer out = BUFFER_INIT(TEXT_MAX_BYTES);
    struct exposition all = {.service = service};

    bool is_read = app_store_visit_all(service->db, add_app, &all, err);
    if (is_read) {
        print_daemon(service, &out);
        print_records(&all, &out);
        for (int metric = 0; metric < METRIC_APP_COUNT; metric++)
            print_app_metric(&all, metric, &out);
        for (int metric = 0; metric < METRIC_TASK_COUNT; metric++)
            print_task_metric(&all, metric, &out);
        *out_text = memory_copy_text(buffer_text(&out));
    }
    memory_free(all.apps);
    return is_read;
}
