#include "controller/scaling/scaling_window.h"

#include <stddef.h>

static void close_minute(struct scaling_window *window) {
    if (window->open_cpu_count == 0) return;
    window->points[window->point_next] = (struct scaling_point){
        .minute = window->open_minute, .cpu_ratio = window->open_cpu_sum / window->open_cpu_count};
    window->point_next = (window->point_next + 1) % SCALING_POINTS_MAX;
    if (window->point_count < SCALING_POINTS_MAX) window->point_count++;
    window->open_cpu_sum = 0;
    window->open_cpu_count = 0;
}

// The utilization of a minute is the mean of its samples, so that a minute is not judged before it
// is over.
static void add_cpu(struct scaling_window *window, int64_t at_ms, double cpu_ratio) {
    int64_t minute = at_ms / SCALING_POINT_MS;

    if (minute != window->open_minute) close_minute(window);
    window->open_minute = minute;
    if (!(cpu_ratio >= 0)) return; // NaN is not a measurement either
    window->open_cpu_sum += cpu_ratio;
    window->open_cpu_count++;
}

void scaling_window_add(struct scaling_window *window, const struct scaling_sample *sample) {
    add_cpu(window, sample->at_ms, sample->cpu_max_ratio);
    if (sample->vertex_count == 0) return;
    window->samples[window->sample_next] = *sample;
    window->sample_next = (window->sample_next + 1) % SCALING_SAMPLES_MAX;
    if (window->sample_count < SCALING_SAMPLES_MAX) window->sample_count++;
}

const struct scaling_sample *scaling_window_sample(const struct scaling_window *window, int age) {
    if (age < 0 || age >= window->sample_count) return NULL;
    return &window->samples[(window->sample_next + SCALING_SAMPLES_MAX - 1 - age) %
                            SCALING_SAMPLES_MAX];
}

const struct scaling_point *scaling_window_point(const struct scaling_window *window, int age) {
    if (age < 0 || age >= window->point_count) return NULL;
    return &window
                ->points[(window->point_next + SCALING_POINTS_MAX - 1 - age) % SCALING_POINTS_MAX];
}
