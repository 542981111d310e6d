// The service's own rule, and the minutes that it is fed with.
#include "controller/scaling/autoscaler.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <string.h>

static const int64_t START_MINUTE = 28333334;

static void measure(struct scaling_window *window, int64_t at_ms, double cpu_ratio) {
    struct scaling_sample sample = {.at_ms = at_ms, .cpu_max_ratio = cpu_ratio};
    scaling_window_add(window, &sample);
}

// Minutes of one figure; -1 for one that is missing. Then the sample that closes the last.
static int64_t measure_minutes(struct scaling_window *window, int64_t minute, int count,
                               double cpu_ratio) {
    for (int i = 0; i < count; i++)
        measure(window, (minute + i) * SCALING_POINT_MS + 30000, cpu_ratio);
    return minute + count;
}

struct row {
    char name[64];
    int first_count; // minutes ...
    double first_ratio;
    int second_count; // ... and minutes after them
    double second_ratio;
    int moved_after; // the last move ended so many minutes after the start
    int current;
    int floor;
    int kpu_limit; // of two slots
    enum scaling_reason reason;
    int wanted;
};

// clang-format off
static struct row rows[] = {
    {"fourteen hot minutes are too few",      0, 0,      14, 0.80,  0, 4, 1, 8, SCALING_UP_WAITS, 4},
    {"fifteen double it",                     0, 0,      15, 0.75,  0, 4, 1, 8, SCALING_UP, 8},
    {"a minute below breaks the row",        10, 0.9,     1, 0.74,  0, 4, 1, 8, SCALING_STEADY, 4},
    {"... which begins again",               20, 0.5,    15, 0.90,  0, 4, 1, 8, SCALING_UP, 8},
    {"a missing minute breaks it, too",      15, 0.9,     1, -1,    0, 4, 1, 8, SCALING_STEADY, 4},
    {"minutes before the move do not count", 20, 0.9,     0, 0,     6, 4, 1, 8, SCALING_UP_WAITS, 4},
    {"... those after it do",                20, 0.9,     0, 0,     5, 4, 1, 8, SCALING_UP, 8},
    {"it doubles no further than the limit",  0, 0,      15, 0.9,   0, 6, 1, 4, SCALING_UP, 8},
    {"... and not at it",                     0, 0,      15, 0.9,   0, 8, 1, 4, SCALING_AT_CEILING, 8},
    {"in between it rests",                   0, 0,     380, 0.4,   0, 4, 1, 8, SCALING_STEADY, 4},
    {"359 cold minutes are too few",          0, 0,     359, 0.05,  0, 4, 1, 8, SCALING_DOWN_WAITS, 4},
    {"360 halve it",                          0, 0,     360, 0.05,  0, 4, 1, 8, SCALING_DOWN, 2},
    {"... rounded up",                        0, 0,     360, 0.05,  0, 5, 1, 8, SCALING_DOWN, 3},
    {"... not below Parallelism",             0, 0,     360, 0.05,  0, 5, 4, 8, SCALING_DOWN, 4},
    {"... and not at it",                     0, 0,     360, 0.05,  0, 4, 4, 8, SCALING_AT_FLOOR, 4},
    {"ten percent is not below ten",          0, 0,     365, 0.10,  0, 4, 1, 8, SCALING_STEADY, 4},
    {"no minute, no move",                    0, 0,       0, 0,     0, 4, 1, 8, SCALING_STEADY, 4},
};
// clang-format on

ParameterizedTestParameters(autoscaler_msf, it_follows_the_documented_rule) {
    return cr_make_param_array(struct row, rows, sizeof(rows) / sizeof(*rows));
}

ParameterizedTest(struct row *row, autoscaler_msf, it_follows_the_documented_rule) {
    struct scaling_window window = {0};
    struct scaling_tuning tuning = scaling_tuning_default();
    int64_t minute = measure_minutes(&window, START_MINUTE, row->first_count, row->first_ratio);

    minute = measure_minutes(&window, minute, row->second_count, row->second_ratio);
    measure(&window, minute * SCALING_POINT_MS, 0.5);
    struct scaling_input input = {
        .policy = SCALING_MSF,
        .now_ms = minute * SCALING_POINT_MS + 1000,
        .limits = {.enabled = true,
                   .parallelism = row->floor,
                   .parallelism_per_kpu = 2,
                   .kpu_limit = row->kpu_limit,
                   .current_parallelism = row->current},
        .last_move = {.ended_at_ms = (START_MINUTE + row->moved_after) * SCALING_POINT_MS},
        .window = &window,
    };
    struct scaling_decision decision = autoscaler_decide(&input, &tuning);
    cr_assert(eq(int, decision.reason, row->reason), "%s: %s", row->name, decision.text);
    cr_assert(eq(int, decision.wanted_parallelism, row->wanted), "%s: %s", row->name,
              decision.text);
    cr_assert(eq(int, decision.moves, row->wanted != row->current), "%s", row->name);
}

Test(autoscaler_msf, points_that_stopped_coming_are_not_counted_for_ever) {
    struct scaling_window window = {0};
    struct scaling_tuning tuning = scaling_tuning_default();
    int64_t minute = measure_minutes(&window, START_MINUTE, 16, 0.9); // the last is not closed
    struct scaling_input input = {
        .policy = SCALING_MSF,
        .now_ms = minute * SCALING_POINT_MS + 59000,
        .limits = {.enabled = true,
                   .parallelism = 1,
                   .parallelism_per_kpu = 1,
                   .kpu_limit = 8,
                   .current_parallelism = 1},
        .window = &window,
    };
    cr_assert(eq(int, autoscaler_decide(&input, &tuning).reason, SCALING_UP));
    input.now_ms += SCALING_POINT_MS;
    cr_assert(eq(int, autoscaler_decide(&input, &tuning).reason, SCALING_STEADY));
}

// --- the window ---

Test(scaling_window, a_minute_is_the_mean_of_what_was_measured_in_it) {
    struct scaling_window window = {0};

    measure(&window, START_MINUTE * SCALING_POINT_MS, 0.2);
    measure(&window, START_MINUTE * SCALING_POINT_MS + 20000, -1);
    measure(&window, START_MINUTE * SCALING_POINT_MS + 40000, 0.6);
    cr_assert(eq(ptr, (void *)scaling_window_point(&window, 0), NULL));
    measure(&window, (START_MINUTE + 1) * SCALING_POINT_MS, -1);
    const struct scaling_point *point = scaling_window_point(&window, 0);
    cr_assert(ne(ptr, (void *)point, NULL));
    cr_assert(eq(i64, point->minute, START_MINUTE));
    cr_assert(epsilon_eq(dbl, point->cpu_ratio, 0.4, 0.0001));
}

Test(scaling_window, the_oldest_sample_makes_room) {
    static struct scaling_window window;
    struct scaling_sample sample = {.vertex_count = 1, .cpu_max_ratio = 0.5};

    for (int i = 0; i < SCALING_SAMPLES_MAX + 5; i++) {
        sample.at_ms = i;
        scaling_window_add(&window, &sample);
    }
    cr_assert(eq(i64, scaling_window_sample(&window, 0)->at_ms, SCALING_SAMPLES_MAX + 4));
    cr_assert(eq(i64, scaling_window_sample(&window, SCALING_SAMPLES_MAX - 1)->at_ms, 5));
    cr_assert(eq(ptr, (void *)scaling_window_sample(&window, SCALING_SAMPLES_MAX), NULL));
    cr_assert(eq(ptr, (void *)scaling_window_sample(&window, -1), NULL));
}

Test(scaling_window, a_sample_without_vertices_is_about_the_processors_only) {
    struct scaling_window window = {0};

    measure_minutes(&window, START_MINUTE, SCALING_POINTS_MAX + 3, 0.5);
    cr_assert(eq(int, window.sample_count, 0));
    cr_assert(eq(int, window.point_count, SCALING_POINTS_MAX));
    cr_assert(
        eq(i64, scaling_window_point(&window, 0)->minute, START_MINUTE + SCALING_POINTS_MAX + 1));
}
