#include "runtime/local/job_meter.h"

#include "base/json.h"

#include <string.h>

static bool read_process(void *userdata, int index, struct cluster_process_usage *out_usage) {
    const struct job_meter *self = userdata;

    return cluster_usage_read(self->usage, index, out_usage);
}

static void on_measured(void *userdata) {
    const struct job_meter *self = userdata;

    self->on_done(self->userdata);
}

void job_meter_restart(struct job_meter *meter, sd_event *loop, const char *properties_text) {
    AUTO(json_decref) json_t *properties = NULL;

    job_meter_stop(meter);
    if (json_parse(properties_text, strlen(properties_text), &properties, NULL))
        meter->lag = kafka_lag_new(loop, properties);
}

void job_meter_measure(struct job_meter *meter, struct cluster_watch *watch,
                       const struct cluster_processes *processes, const struct cluster_size *size) {
    if (meter->meter == NULL) {
        meter->usage = cluster_usage_new(processes);
        struct cluster_meter_options options = {
            .client = cluster_watch_client(watch),
            .process_count = cluster_processes_count(processes),
            .size = size,
            .lag = meter->lag,
            .on_done = on_measured,
            .read_process = read_process,
            .userdata = meter,
        };
        meter->meter = cluster_meter_new(&options);
    }
    cluster_meter_begin(meter->meter, cluster_watch_view(watch)->job_id);
}

const struct job_measurement *job_meter_result(const struct job_meter *meter) {
    if (meter->meter == NULL) return NULL;
    const struct job_measurement *result = cluster_meter_result(meter->meter);
    return result->number == 0 ? NULL : result;
}

void job_meter_stop(struct job_meter *meter) {
    cluster_meter_free(TAKE(meter->meter));
    cluster_usage_free(TAKE(meter->usage));
    kafka_lag_free(TAKE(meter->lag));
}
