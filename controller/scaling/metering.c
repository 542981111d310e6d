#include "controller/scaling/metering.h"

#include "base/memory.h"
#include "base/text.h"
#include "controller/history/event_log.h"
#include "controller/moves/faults.h"
#include "controller/scaling/metering_options.h"
#include "controller/scaling/metric_figures.h"
#include "controller/scaling/scaling.h"
#include "controller/scaling/scaling_window.h"
#include "controller/service/service.h"
#include "storage/metric_store.h"

static const int64_t MINUTE_MS = 60000;
// However fast the service's clock runs, a job is not measured more often than this.
static const int64_t REAL_INTERVAL_MIN_MS = 200;
// A clock that is set forward by more has its time filled for so long only.
static const int64_t FILL_MAX_MS = 86400000;

struct meter {
    struct meter *next;
    char app_id[APP_ID_SIZE];
    char cluster_id[APP_CLUSTER_ID_SIZE]; // what is known is known of this one
    int64_t due_ms;
    int64_t last_ms; // of the newest sample, on the service's clock ...
    int64_t last_us; // ... and on the machine's
    struct job_measurement latest;
    struct scaling_sample sample;
    struct scaling_window window;
    struct metric_minute minute;
    bool is_lag_missing; // that it is, and why, has been told
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

// --- samples ---

static bool is_complete(const struct measured_vertex *vertex) {
    return vertex->records_in_per_s >= 0 && vertex->records_out_per_s >= 0;
}

// What a source has sent and nobody has taken in yet lies in buffers that hold thousands of small
// records: a source that is held back sends nothing for seconds and then a buffer full. What is
// taken in behind it is what the job does, and what lies between waits like what waits outside.
// That can be told where whatever it feeds is fed by it alone.
static void look_behind(const struct job_measurement *measurement, int source, double scale,
                        struct scaling_vertex *out) {
    double taken = 0;
    double taken_per_s = 0;
    bool feeds_any = false;

    for (int index = source + 1; index < measurement->vertex_count; index++) {
        const struct measured_vertex *vertex = &measurement->vertices[index];
        if ((vertex->inputs >> source & 1) == 0) continue;
        if (vertex->inputs != (uint32_t)1 << source) return;
        feeds_any = true;
        taken += vertex->records_in;
        taken_per_s += vertex->records_in_per_s;
    }
    if (!feeds_any) return;
    double between = measurement->vertices[source].records_out - taken;
    out->records_out_per_s = taken_per_s / scale;
    if (out->backlog_records >= 0 && between > 0) out->backlog_records += between;
}

// Rates are those of the service's clock: where a minute passes in a second, a second of its own
// sees a sixtieth of the records.
static struct scaling_sample sample_of(const struct job_measurement *measurement, double scale,
                                       int64_t now_ms) {
    struct scaling_sample sample = {.at_ms = now_ms, .cpu_max_ratio = measurement->cpu_max_ratio};

    for (int index = 0; index < measurement->vertex_count; index++) {
        const struct measured_vertex *vertex = &measurement->vertices[index];
        // One without its rates would look as if it had no load: nothing is said of the job then.
        if (!is_complete(vertex)) return sample;
        sample.vertices[index] = (struct scaling_vertex){
            .parallelism = vertex->parallelism,
            .is_source = vertex->is_source,
            .inputs = vertex->inputs,
            .records_in_per_s = vertex->records_in_per_s / scale,
            .records_out_per_s = vertex->records_out_per_s / scale,
            .busy_ratio = vertex->busiest_ratio,
            .backpressured_ratio = vertex->backpressured_ratio,
            .backlog_records = vertex->pending_records,
        };
    }
    for (int index = 0; index < measurement->vertex_count; index++)
        if (measurement->vertices[index].is_source)
            look_behind(measurement, index, scale, &sample.vertices[index]);
    sample.vertex_count = measurement->vertex_count;
    return sample;
}

// Somebody has set the clock forward: the time between is taken to have been as its beginning was.
static void fill(struct meter *meter, int64_t interval_ms, double scale, int64_t now_ms) {
    double passed_ms = (double)(clock_monotonic_us() - meter->last_us) / 1000 * scale;
    int64_t skipped_ms = now_ms - meter->last_ms - (int64_t)passed_ms;
    struct scaling_sample copy = meter->sample;

    if (meter->last_ms == 0 || skipped_ms < 2 * interval_ms) return;
    if (skipped_ms > FILL_MAX_MS) copy.at_ms = now_ms - FILL_MAX_MS;
    for (copy.at_ms += interval_ms; copy.at_ms < now_ms; copy.at_ms += interval_ms)
        scaling_window_add(&meter->window, &copy);
}

// --- minutes ---

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

    if (meter->minute.at_ms != at_ms && !store_minute(service, meter, now_ms, err)) return false;
    meter->minute.at_ms = at_ms;
    metric_minute_add(&meter->minute, &meter->latest, scaling_kpus(service, app));
    return true;
}

// --- turns ---

// Brokers that do not answer are told of once, not at each measurement; neither is a job whose
// groups have not been asked yet.
static bool tell_of_lag(struct app_service *service, const struct app *app, struct meter *meter,
                        struct error *err) {
    const char *failure = meter->latest.lag_failure;
    bool is_missing = failure[0] != '\0';
    char message[MEASURED_FAILURE_SIZE + 64];
    AUTO(db_rollback) struct db_tx tx = {0};

    if (is_missing == meter->is_lag_missing) return true;
    if (!is_missing && meter->latest.consumer_lag < 0) return true;
    (void)text_format(message, sizeof message, "the lag of a consumer group is %s%s",
                      is_missing ? "not known: " : "known again", failure);
    if (!db_begin(service->db, &tx, err)) return false;
    if (!event_log_add(service, app, "lag", message, NULL, err)) return false;
    if (!db_commit(&tx, err)) return false;
    meter->is_lag_missing = is_missing;
    return true;
}

static bool take(struct app_service *service, struct app *app, struct meter *meter,
                 int64_t interval_ms, int64_t now_ms, struct error *err) {
    double scale = clock_scale(&service->clock);

    if (!tell_of_lag(service, app, meter, err)) return false;
    if (!add_to_minute(service, app, meter, now_ms, err)) return false;
    fill(meter, interval_ms, scale, now_ms);
    meter->sample = sample_of(&meter->latest, scale, now_ms);
    scaling_window_add(&meter->window, &meter->sample);
    meter->last_ms = now_ms;
    meter->last_us = clock_monotonic_us();
    return scaling_consider(service, app, &meter->latest, &meter->window, now_ms, err);
}

// Another cluster: nothing of the one before says anything of it.
static void start_anew(struct meter *meter, const char *cluster_id) {
    (void)text_copy(meter->cluster_id, sizeof meter->cluster_id, cluster_id);
    meter->latest = (struct job_measurement){0};
    meter->window = (struct scaling_window){0};
    meter->sample = (struct scaling_sample){0};
    meter->last_ms = meter->due_ms = 0;
}

static int64_t interval_of(const struct app_service *service) {
    int64_t least_ms = (int64_t)((double)REAL_INTERVAL_MIN_MS * clock_scale(&service->clock));

    return service->metering->interval_ms > least_ms ? service->metering->interval_ms : least_ms;
}

static bool rest(struct app_service *service, const char *app_id, int64_t now_ms,
                 struct error *err) {
    struct meter *meter = find(service, app_id);

    if (meter == NULL) return true;
    if (!store_minute(service, meter, now_ms, err)) return false;
    metering_forget(service, app_id);
    return true;
}

bool metering_tend(struct app_service *service, struct app *app, int64_t now_ms,
                   int64_t *out_next_ms, struct error *err) {
    const char *cluster_id = app->slots[SLOT_CURRENT].cluster_id;
    int64_t interval_ms = interval_of(service);

    *out_next_ms = 0;
    if (service->metering->interval_ms == 0) return true;
    if (app->status != APP_RUNNING) return rest(service, app->id, now_ms, err);
    struct meter *meter = find_or_add(service, app->id);
    if (!text_equal(meter->cluster_id, cluster_id)) start_anew(meter, cluster_id);
    const struct job_measurement *measured = insight_measured(&service->insight, meter->cluster_id);
    if (measured != NULL && measured->number != meter->latest.number) {
        meter->latest = *measured;
        faults_measure(service, app->id, now_ms, &meter->latest);
        if (!take(service, app, meter, interval_ms, now_ms, err)) return false;
        if (app->move.kind != MOVE_NONE) return true;
    }
    // A clock that was set back or forward must not leave it asleep.
    if (now_ms >= meter->due_ms || meter->due_ms > now_ms + interval_ms) {
        meter->due_ms = now_ms + interval_ms;
        insight_measure(&service->insight, meter->cluster_id);
    }
    *out_next_ms = meter->due_ms;
    return true;
}

struct app_brief *metering_list(const struct app_service *service, size_t *out_count) {
    size_t count = 0;

    for (const struct meter *meter = service->meters; meter != NULL; meter = meter->next)
        count++;
    struct app_brief *list = memory_alloc((count + 1) * sizeof *list);
    count = 0;
    for (const struct meter *meter = service->meters; meter != NULL; meter = meter->next) {
        struct app app;
        bool found;
        if (!app_store_load(service->db, meter->app_id, &app, &found, NULL) || !found) continue;
        list[count] = (struct app_brief){.scope = app.scope};
        (void)text_copy(list[count].id, sizeof list[count].id, app.id);
        (void)text_copy(list[count].name, sizeof list[count].name, app.name);
        count++;
    }
    *out_count = count;
    return list;
}
