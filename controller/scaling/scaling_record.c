#include "controller/scaling/scaling_record.h"

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

json_t *scaling_record_new(const struct scaling_input *input,
                           const struct scaling_decision *decision,
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

struct scaling_last_move scaling_record_last_move(const json_t *newest, int64_t up_since_ms,
                                                  int current_parallelism) {
    struct scaling_last_move move = {.ended_at_ms = up_since_ms};
    int64_t at_ms = json_int_or(newest, "atMs", 0);
    int wanted = (int)json_int_or(newest, "wantedParallelism", 0);
    bool has_worked = at_ms <= up_since_ms && wanted == current_parallelism;

    if (newest == NULL) return move;
    if (!has_worked) {
        move.failed_at_ms = at_ms;
        return move;
    }
    move.from_parallelism = (int)json_int_or(newest, "currentParallelism", 0);
    move.to_parallelism = wanted;
    move.capacity_before_per_s = json_number_value(json_member(newest, "capacityPerSecond"));
    return move;
}
