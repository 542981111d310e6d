#include "controller/scaling/metric_minute.h"

#include "base/text.h"

static void add_figures(struct metric_sum *sums, const double *figures, int count) {
    for (int index = 0; index < count; index++) {
        if (figures[index] < 0) continue;
        sums[index].sum += figures[index];
        sums[index].count++;
    }
}

// By name: the next job may have other vertices.
static int place_of(struct metric_minute *minute, const char *name) {
    int index = 0;

    while (index < minute->task_count && !text_equal(minute->task_names[index], name))
        index++;
    if (index == MEASURED_VERTICES_MAX) return -1;
    if (index == minute->task_count) {
        (void)text_copy(minute->task_names[index], MEASURED_NAME_SIZE, name);
        minute->task_count++;
    }
    return index;
}

void metric_minute_add(struct metric_minute *minute, const struct job_measurement *measurement,
                       int kpus) {
    double app[METRIC_APP_COUNT];

    metric_figures_app(measurement, kpus, app);
    add_figures(minute->app, app, METRIC_APP_COUNT);
    for (int index = 0; index < measurement->vertex_count; index++) {
        double task[METRIC_TASK_COUNT];
        int place = place_of(minute, measurement->vertices[index].name);
        if (place < 0) continue;
        metric_figures_task(&measurement->vertices[index], task);
        add_figures(minute->tasks[place], task, METRIC_TASK_COUNT);
    }
}

static json_t *means(const struct metric_sum *sums, const struct metric_definition *definitions,
                     int count) {
    json_t *figures = json_new_object();

    for (int index = 0; index < count; index++)
        if (sums[index].count > 0)
            json_put_real(figures, definitions[index].name, sums[index].sum / sums[index].count);
    return figures;
}

json_t *metric_minute_figures(const struct metric_minute *minute) {
    json_t *figures = json_new_object();
    json_t *tasks = json_new_object();

    json_put(figures, "app", means(minute->app, METRIC_APP, METRIC_APP_COUNT));
    for (int index = 0; index < minute->task_count; index++)
        json_put(tasks, minute->task_names[index],
                 means(minute->tasks[index], METRIC_TASK, METRIC_TASK_COUNT));
    json_put(figures, "tasks", tasks);
    return figures;
}
