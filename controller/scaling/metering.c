#include "controller/scaling/metering.h"

#include "base/memory.h"
#include "base/text.h"
#include "controller/moves/faults.h"
#include "controller/scaling/lag_report.h"
#include "controller/scaling/metering_options.h"
#include "controller/scaling/metric_minute.h"
#include "controller/scaling/scaling.h"
#include "controller/scaling/scaling_sample.h"
#include "controller/scaling/scaling_settings.h"
#include "controller/service/service.h"
#include "storage/metric_store.h"

static const int64_t MINUTE_MS = 60000;
// The shortest interval in real time, however fast the service's clock runs.
static const int64_t REAL_INTERVAL_MIN_MS = 200;
// The limit for the time that is filled when the clock is set forward.
static const int64_t FILL_MAX_MS = 86400000;

struct meter {
    struct meter *next;
    char app_id[APP_ID_SIZE];
    char cluster_id[APP_CLUSTER_ID_SIZE]; // that was measured
    int64_t due_ms;
    int64_t last_ms; // of the newest sample, on the service's clock ...
    int64_t last_us; // ... and on the machine's
    struct job_measurement latest;
    struct scaling_sample sample;
    struct scaling_window window;
    struct metric_minute minute;
    bool is_lag_missing; // of lag_report()
};

static struct meter *find(const struct app_service *service, const char *app_id) {
    for (struct meter *meter = service->meters; meter != NULL; meter = meter->next)
        if (text_equal(meter->app_id, app_id)) return meter;
    return NULL;
}

static struct meter *find_or_add(struct app_service *service, const char *app_id) {
    struct meter *meter = find(service, app_id);

    if (meter != NULL) return meter;
    meter = memory_alloc(sizeof *meter);
    (void)text_copy(meter->app_id, sizeof meter->app_id, app_id);
    meter->next = service->meters;
    service->meters = meter;
    return meter;
}

void metering_forget(struct app_service *service, const char *app_id) {
    struct meter **place = &service->meters;

    while (*place != NULL && !text_equal((*place)->app_id, app_id))
        place = &(*place)->next;
    struct meter *meter = *place;
    if (meter == NULL) return;
    *place = meter->next;
    memory_free(meter);
}

void metering_free(struct app_service *service) {
    while (service->meters != NULL)
        metering_forget(service, service->meters->app_id);
}

const struct job_measurement *metering_latest(const struct app_service *service,
                                              const char *app_id) {
    const struct meter *meter = find(service, app_id);

    return meter == NULL || meter->latest.number == 0 ? NULL : &meter->latest;
}

// --- one measurement ---

// The clock was set forward: the time that was skipped gets samples like the last one before.
static void fill_skipped(struct meter *meter, int64_t interval_ms, double scale, int64_t now_ms) {
    double passed_ms = (double)(clock_monotonic_us() - meter->last_us) / 1000 * scale;
    int64_t skipped_ms = now_ms - meter->last_ms - (int64_t)passed_ms;
    struct scaling_sample copy = meter->sample;

    if (meter->last_ms == 0 || skipped_ms < 2 * interval_ms) return;
    if (skipped_ms > FILL_MAX_MS) copy.at_ms = now_ms - FILL_MAX_MS;
    for (copy.at_ms += interval_ms; copy.at_ms < now_ms; copy.at_ms += interval_ms)
        scaling_window_add(&meter->window, &copy);
}

static bool store_minute(struct app_service *service, struct meter *meter, int64_t now_ms,
                         struct error *err) {
    if (meter->minute.at_ms == 0) return true;
    AUTO(json_decref) json_t *figures = metric_minute_figures(&meter->minute);
    int64_t keep_from_ms = now_ms - service->metering->retention_ms;
    if (!metric_store_set(service->db, meter->app_id, meter->minute.at_ms, figures, keep_from_ms,
                          err))
        return false;
    meter->minute = (struct metric_minute){0};
    return true;
}

static bool add_to_minute(struct app_service *service, const struct app *app, struct meter *meter,
                          int64_t now_ms, struct error *err) {
    int64_t at_ms = now_ms - now_ms % MINUTE_MS;
    int kpus;

    if (!scaling_kpus(service, app, &kpus, err)) return false;
    if (meter->minute.at_ms != at_ms && !store_minute(service, meter, now_ms, err)) return false;
    meter->minute.at_ms = at_ms;
    metric_minute_add(&meter->minute, &meter->latest, kpus);
    return true;
}

static bool runs_fully(const struct app_service *service, const char *cluster_id) {
    struct cluster_view view;

    cluster_view(&service->clusters, cluster_id, &view);
    return cluster_view_runs_fully(&view);
}

static bool consume(struct app_service *service, struct app *app, struct meter *meter,
                    int64_t interval_ms, int64_t now_ms, struct error *err) {
    double scale = clock_scale(&service->clock);

    if (!lag_report(service, app, &meter->latest, &meter->is_lag_missing, err)) return false;
    if (!add_to_minute(service, app, meter, now_ms, err)) return false;
    // What a job does whose tasks do not run, or begin again, does not show its load.
    if (!runs_fully(service, meter->cluster_id)) return true;
    fill_skipped(meter, interval_ms, scale, now_ms);
    meter->sample = scaling_sample_of(&meter->latest, scale, now_ms);
    scaling_window_add(&meter->window, &meter->sample);
    meter->last_ms = now_ms;
    meter->last_us = clock_monotonic_us();
    return scaling_evaluate(service, app, &meter->latest, &meter->window, now_ms, err);
}

// The job runs on another cluster: measurements of the last one do not count.
static void reset(struct meter *meter, const char *cluster_id) {
    (void)text_copy(meter->cluster_id, sizeof meter->cluster_id, cluster_id);
    meter->latest = (struct job_measurement){0};
    meter->window = (struct scaling_window){0};
    meter->sample = (struct scaling_sample){0};
    meter->last_ms = meter->due_ms = 0;
}

// --- turns ---

static int64_t interval_of(const struct app_service *service) {
    int64_t least_ms = (int64_t)((double)REAL_INTERVAL_MIN_MS * clock_scale(&service->clock));

    return service->metering->interval_ms > least_ms ? service->metering->interval_ms : least_ms;
}

static bool stop(struct app_service *service, const char *app_id, int64_t now_ms,
                 struct error *err) {
    struct meter *meter = find(service, app_id);

    if (meter == NULL) return true;
    if (!store_minute(service, meter, now_ms, err)) return false;
    metering_forget(service, app_id);
    return true;
}

bool metering_update(struct app_service *service, struct app *app, int64_t now_ms,
                     int64_t *out_next_ms, struct error *err) {
    const char *cluster_id = app->slots[SLOT_CURRENT].cluster_id;
    int64_t interval_ms = interval_of(service);

    *out_next_ms = 0;
    if (service->metering->interval_ms == 0) return true;
    if (app->status != APP_RUNNING) return stop(service, app->id, now_ms, err);
    struct meter *meter = find_or_add(service, app->id);
    if (!text_equal(meter->cluster_id, cluster_id)) reset(meter, cluster_id);
    const struct job_measurement *measured = insight_measured(&service->insight, meter->cluster_id);
    if (measured != NULL && measured->number != meter->latest.number) {
        meter->latest = *measured;
        faults_measure(service, app->id, now_ms, &meter->latest);
        if (!consume(service, app, meter, interval_ms, now_ms, err)) return false;
        if (app->move.kind != MOVE_NONE) return true;
    }
    // The second condition: the clock was set back.
    if (now_ms >= meter->due_ms || meter->due_ms > now_ms + interval_ms) {
        meter->due_ms = now_ms + interval_ms;
        insight_measure(&service->insight, meter->cluster_id);
    }
    *out_next_ms = meter->due_ms;
    return true;
}

bool metering_list(const struct app_service *service, struct app_brief **out_list,
                   size_t *out_count, struct error *err) {
    size_t count = 0;

    for (const struct meter *meter = service->meters; meter != NULL; meter = meter->next)
        count++;
    AUTO(memory_free) struct app_brief *list = memory_alloc((count + 1) * sizeof *list);
    count = 0;
    for (const struct meter *meter = service->meters; meter != NULL; meter = meter->next) {
        struct app app;
        bool found;
        if (!app_store_load(service->db, meter->app_id, &app, &found, err)) return false;
        if (!found) continue;
        list[count] = (struct app_brief){.scope = app.scope};
        (void)text_copy(list[count].id, sizeof list[count].id, app.id);
        (void)text_copy(list[count].name, sizeof list[count].name, app.name);
        count++;
    }
    *out_list = TAKE(list);
    *out_count = count;
    return true;
}
