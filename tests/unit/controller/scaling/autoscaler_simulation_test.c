// Both policies at the controls of simulated jobs, for simulated days.
#include "controller/scaling/autoscaler.h"
#include "fakes/scaling_stream.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MINUTE_S = 60, HOUR_S = 3600, DAY_S = 86400 };

// A source, something that makes two records of one, and an aggregation of them, the bottleneck:
// 500 records/s a slot.
static const struct stream_job ordinary = {
    .vertex_count = 3,
    .vertices = {{.cost_ms = 0.4, .in_ratio = 1},
                 {.cost_ms = 1.2, .in_ratio = 1},
                 {.cost_ms = 1.0, .in_ratio = 2}},
    .cpu_share = 0.95,
};

// It may be a fifth above what would do, and a slot for rounding.
static int tolerable(const struct stream *stream, double load_per_s) {
    return stream_sufficient(stream, load_per_s) * 12 / 10 + 1;
}

// --- loads ---

static double steady_load_per_s;

static double steady(double at_s) {
    (void)at_s;
    return steady_load_per_s;
}

// A curve between a night and an evening, without the mathematics library: two parabolas a day.
static double daily(double at_s) {
    double hour = at_s / HOUR_S - 24 * (double)((int64_t)at_s / DAY_S);
    double x = hour < 12 ? hour / 12 : (hour - 12) / 12;
    double wave = 4 * x * (1 - x);
    return 2500 + (hour < 12 ? -2000 : 3500) * wave;
}

static double step_from_per_s;
static double step_to_per_s;

static double step(double at_s) {
    return at_s < HOUR_S ? step_from_per_s : step_to_per_s;
}

static double burst(double at_s) {
    return at_s >= HOUR_S && at_s < HOUR_S + 5 * MINUTE_S ? 5000 : 800;
}

static double ramp(double at_s) {
    if (at_s < HOUR_S) return 1000;
    return at_s < 2 * HOUR_S ? 1000 + 4000 * (at_s - HOUR_S) / HOUR_S : 5000;
}

// --- throughput ---

// A quiet hour may still show that less does; nothing ever goes up again.
Test(autoscaler_simulation, a_constant_load_with_noise_is_found_and_then_left_alone) {
    static const double loads[] = {40, 349, 351, 1000, 2430, 15000};

    for (size_t i = 0; i < sizeof(loads) / sizeof(*loads); i++) {
        for (int start = 1; start <= 64; start *= 64) {
            struct stream stream;
            steady_load_per_s = loads[i];
            stream_begin(&stream, SCALING_THROUGHPUT, &ordinary, start, steady);
            stream_run(&stream, HOUR_S);
            int ups = stream.ups;
            int parallelism = stream.limits.current_parallelism;
            cr_assert(le(int, parallelism, tolerable(&stream, loads[i])), "%.0f from %d: %s",
                      loads[i], start, stream.decision.text);
            cr_assert(gt(dbl, stream_capacity_per_s(&stream, parallelism), loads[i]));
            stream_run(&stream, DAY_S);
            cr_assert(eq(int, stream.ups, ups), "%.0f from %d: %s", loads[i], start,
                      stream.decision.text);
            cr_assert(le(int, stream_moves(&stream), 2), "%.0f from %d: %s", loads[i], start,
                      stream.decision.text);
        }
    }
}

Test(autoscaler_simulation, a_step_takes_at_most_two_moves_and_its_backlog_is_gone_in_time) {
    static const double levels[] = {100, 500, 1000, 3000, 9000, 15000};

    for (int from = 0; from < 6; from++) {
        for (int to = 0; to < 6; to++) {
            struct stream stream;
            step_from_per_s = levels[from];
            step_to_per_s = levels[to];
            stream_begin(&stream, SCALING_THROUGHPUT, &ordinary, 1, step);
            stream.limits.current_parallelism = stream_sufficient(&stream, levels[from]);
            stream_run(&stream, HOUR_S);
            int before = stream_moves(&stream);
            int64_t lagged_before_s = stream.lagged_s;
            stream_run(&stream, 2 * HOUR_S);
            cr_assert(le(int, stream_moves(&stream) - before, 2), "%.0f to %.0f: %d moves",
                      levels[from], levels[to], stream_moves(&stream) - before);
            int64_t lagged_s = stream.lagged_s - lagged_before_s;
            cr_assert(le(i64, lagged_s, 6 * MINUTE_S), "%.0f to %.0f: %ld s", levels[from],
                      levels[to], lagged_s);
            cr_assert(le(int, stream.limits.current_parallelism, tolerable(&stream, levels[to])),
                      "%.0f to %.0f: %s", levels[from], levels[to], stream.decision.text);
        }
    }
}

// Until what waits is less than ten seconds of the load. In seconds from `from_s`.
static int64_t run_until_calm(struct stream *stream, int64_t from_s, int64_t limit_s) {
    while (stream->now_s < limit_s &&
           stream->backlog_records > 10 * stream->load_per_s((double)stream->now_s))
        stream_second(stream);
    return stream->now_s - from_s;
}

Test(autoscaler_simulation, what_waited_while_the_job_was_away_is_gone_in_the_catch_up_time) {
    for (int minutes = 1; minutes <= 64; minutes *= 2) {
        struct stream stream;
        steady_load_per_s = 1000;
        stream_begin(&stream, SCALING_THROUGHPUT, &ordinary, 3, steady);
        stream.backlog_records = steady_load_per_s * 60 * minutes;
        // The catch-up time begins when the job runs as it should: after a minute to settle, one of
        // proof, and the move.
        int64_t begins_s = 2 * MINUTE_S + stream.gap_s + stream.cold_s;
        int64_t calm_s = run_until_calm(&stream, begins_s, DAY_S);
        cr_assert(le(i64, calm_s, stream.tuning.catch_up_ms / 1000), "%d minutes: %ld s", minutes,
                  calm_s);
        stream_run(&stream, stream.now_s + HOUR_S);
        cr_assert(le(int, stream_moves(&stream), 2));
        cr_assert(le(int, stream.limits.current_parallelism, tolerable(&stream, 1000)));
    }
}

Test(autoscaler_simulation, a_burst_is_worked_off_and_leaves_nothing_behind) {
    struct stream stream;

    stream_begin(&stream, SCALING_THROUGHPUT, &ordinary, 3, burst);
    stream_run(&stream, HOUR_S + 5 * MINUTE_S);
    cr_assert(le(i64, run_until_calm(&stream, HOUR_S, DAY_S), 6 * MINUTE_S));
    stream_run(&stream, 2 * HOUR_S);
    cr_assert(le(int, stream_moves(&stream), 2));
    cr_assert(le(int, stream.limits.current_parallelism, tolerable(&stream, 800)));
}

Test(autoscaler_simulation, a_ramp_is_followed) {
    struct stream stream;

    stream_begin(&stream, SCALING_THROUGHPUT, &ordinary, 3, ramp);
    stream_run(&stream, 3 * HOUR_S);
    cr_assert(le(i64, stream.lagged_s, MINUTE_S)); // of moves, all together
    cr_assert(eq(int, stream.downs, 0));
    cr_assert(le(int, stream.ups, 9)); // log(5) / log(0.85 / 0.70), rounded up
    cr_assert(le(int, stream.limits.current_parallelism, tolerable(&stream, 5000)));
}

Test(autoscaler_simulation, a_job_that_waits_for_others_is_scaled_too) {
    struct stream stream;
    struct stream_job waiting = ordinary;

    waiting.cpu_share = 0.2;
    step_from_per_s = 600;
    step_to_per_s = 3000;
    stream_begin(&stream, SCALING_THROUGHPUT, &waiting, 2, step);
    stream_run(&stream, 2 * HOUR_S);
    cr_assert(lt(i64, stream.lagged_s, 6 * MINUTE_S));
    // The service's rule does not see it, ever.
    stream_begin(&stream, SCALING_MSF, &waiting, 2, step);
    stream_run(&stream, 5 * HOUR_S);
    cr_assert(eq(int, stream.ups, 0));
    cr_assert(gt(dbl, stream.backlog_records, 3600 * 2000));
}

Test(autoscaler_simulation, a_hidden_backlog_is_felt_for) {
    struct stream stream;
    struct stream_job blind = ordinary;

    blind.hides_backlog = true;
    step_from_per_s = 600;
    step_to_per_s = 6000;
    stream_begin(&stream, SCALING_THROUGHPUT, &blind, 2, step);
    stream_run(&stream, 3 * HOUR_S);
    cr_assert(gt(dbl, stream_capacity_per_s(&stream, stream.limits.current_parallelism), 6000));
    cr_assert(lt(dbl, stream.backlog_records, 60000));
    cr_assert(le(int, stream.limits.current_parallelism, tolerable(&stream, 6000)));
    cr_assert(le(int, stream.ups, 5));
}

Test(autoscaler_simulation, a_source_that_does_not_say_how_busy_it_is_hides_nothing_else) {
    struct stream stream;
    struct stream_job legacy = ordinary;

    legacy.hides_backlog = legacy.has_legacy_source = true;
    step_from_per_s = 600;
    step_to_per_s = 6000;
    stream_begin(&stream, SCALING_THROUGHPUT, &legacy, 2, step);
    stream_run(&stream, 3 * HOUR_S);
    cr_assert(gt(dbl, stream_capacity_per_s(&stream, stream.limits.current_parallelism), 6000));
    cr_assert(lt(dbl, stream.backlog_records, 60000));
    cr_assert(le(int, stream.limits.current_parallelism, tolerable(&stream, 6000)));
}

Test(autoscaler_simulation, a_job_of_which_nothing_says_how_busy_it_is_is_told_of) {
    struct stream stream;
    struct stream_job chained = {.vertex_count = 1,
                                 .vertices = {{.cost_ms = 1, .in_ratio = 1}},
                                 .cpu_share = 0.9,
                                 .hides_backlog = true,
                                 .has_legacy_source = true};

    steady_load_per_s = 5000;
    stream_begin(&stream, SCALING_THROUGHPUT, &chained, 2, steady);
    stream_run(&stream, HOUR_S);
    cr_assert(eq(int, stream_moves(&stream), 0));
    cr_assert(strstr(stream.decision.text, "reports how busy it is") != NULL, "%s",
              stream.decision.text);
}

Test(autoscaler_simulation, a_hot_key_does_not_eat_the_whole_budget) {
    struct stream stream;
    struct stream_job skewed = ordinary;

    skewed.vertices[2].hot_share = 0.4; // never more than 1250 records/s
    step_from_per_s = 600;
    step_to_per_s = 1500;
    stream_begin(&stream, SCALING_THROUGHPUT, &skewed, 2, step);
    stream_run(&stream, HOUR_S + 5 * HOUR_S);
    cr_assert(le(int, stream.ups, 2));
    cr_assert(lt(int, stream.limits.current_parallelism, 32), "%s", stream.decision.text);
    cr_assert(eq(int, stream.decision.reason, SCALING_UP_IN_VAIN), "%s", stream.decision.text);
}

Test(autoscaler_simulation, a_pinned_sink_is_named_and_not_scaled_around) {
    struct stream stream;
    struct stream_job pinned = ordinary;

    pinned.vertices[2] = (struct stream_vertex){.cost_ms = 0.5, .in_ratio = 1, .pinned = 1};
    step_from_per_s = 500;
    step_to_per_s = 4000; // the sink does 2000
    stream_begin(&stream, SCALING_THROUGHPUT, &pinned, 2, step);
    stream.limits.parallelism = 2; // at 1, it does not show that it is pinned
    stream_run(&stream, 4 * HOUR_S);
    cr_assert(eq(int, stream.decision.reason, SCALING_PINNED), "%s", stream.decision.text);
    cr_assert(le(int, stream.limits.current_parallelism, 5), "%s", stream.decision.text);
    cr_assert(le(int, stream_moves(&stream), 2));
}

// --- msf ---

Test(autoscaler_simulation, the_rule_of_the_service_rests_under_a_constant_load) {
    static const double loads[] = {20, 240, 380, 700, 1500};

    for (size_t i = 0; i < sizeof(loads) / sizeof(*loads); i++) {
        struct stream stream;
        steady_load_per_s = loads[i];
        stream_begin(&stream, SCALING_MSF, &ordinary, 4, steady);
        stream_run(&stream, DAY_S); // down takes six hours a move
        int moves = stream_moves(&stream);
        cr_assert(le(int, moves, 2), "%.0f: %d moves", loads[i], moves);
        stream_run(&stream, 2 * DAY_S);
        cr_assert(eq(int, stream_moves(&stream), moves), "%.0f: %s", loads[i],
                  stream.decision.text);
    }
}

Test(autoscaler_simulation, the_rule_of_the_service_doubles_every_quarter_of_an_hour) {
    struct stream stream;

    step_from_per_s = 500;
    step_to_per_s = 3500; // 7 slots busy throughout
    stream_begin(&stream, SCALING_MSF, &ordinary, 2, step);
    stream_run(&stream, HOUR_S + 14 * MINUTE_S);
    cr_assert(eq(int, stream.ups, 0));
    stream_run(&stream, HOUR_S + 18 * MINUTE_S);
    cr_assert(eq(int, stream.limits.current_parallelism, 4));
    stream_run(&stream, HOUR_S + 36 * MINUTE_S);
    cr_assert(eq(int, stream.limits.current_parallelism, 8));
    stream_run(&stream, 3 * HOUR_S);
    cr_assert(eq(int, stream.limits.current_parallelism, 16));
}

// --- both, on the same days ---

struct account {
    double slot_hours;
    double sufficient_slot_hours;
    int64_t worst_lag_s;
};

static void add_second(struct account *account, const struct stream *stream, double load_per_s) {
    int64_t lag_s = (int64_t)(stream->backlog_records / load_per_s);

    account->slot_hours += stream->limits.current_parallelism / 3600.0;
    account->sufficient_slot_hours += stream_sufficient(stream, load_per_s) / 3600.0;
    if (lag_s > account->worst_lag_s) account->worst_lag_s = lag_s;
}

static FILE *open_csv(void) {
    const char *path = getenv("KOBEL_SIMULATION_CSV"); // for tests/bench/autoscaler_plot.py
    FILE *csv = path != NULL ? fopen(path, "w") : NULL;

    if (csv != NULL)
        fputs("minute,load,throughput_capacity,throughput_parallelism,throughput_backlog,"
              "msf_capacity,msf_parallelism,msf_backlog\n",
              csv);
    return csv;
}

static void write_row(FILE *csv, struct stream *const streams[SCALING_POLICY_COUNT], double load) {
    fprintf(csv, "%ld,%.0f", streams[0]->now_s / MINUTE_S, load);
    for (int policy = 0; policy < SCALING_POLICY_COUNT; policy++) {
        const struct stream *stream = streams[policy];
        int parallelism = stream->limits.current_parallelism;
        fprintf(csv, ",%.0f,%d,%.0f", stream_capacity_per_s(stream, parallelism), parallelism,
                stream->backlog_records);
    }
    fputc('\n', csv);
}

Test(autoscaler_simulation, three_days_with_a_night_and_an_evening) {
    static struct stream by_throughput;
    static struct stream by_msf;
    struct stream *streams[SCALING_POLICY_COUNT] = {&by_throughput, &by_msf};
    struct account accounts[SCALING_POLICY_COUNT] = {0};
    FILE *csv = open_csv();

    for (int policy = 0; policy < SCALING_POLICY_COUNT; policy++)
        stream_begin(streams[policy], policy, &ordinary, 6, daily);
    for (int64_t at_s = 1; at_s <= 3 * DAY_S; at_s++) {
        double load = daily((double)at_s);
        for (int policy = 0; policy < SCALING_POLICY_COUNT; policy++) {
            stream_run(streams[policy], at_s);
            add_second(&accounts[policy], streams[policy], load);
        }
        if (csv != NULL && at_s % MINUTE_S == 0) write_row(csv, streams, load);
    }
    if (csv != NULL) fclose(csv);

    const struct account *account = &accounts[SCALING_THROUGHPUT];
    for (int policy = 0; policy < SCALING_POLICY_COUNT; policy++)
        printf("%s: %d up, %d down, worst lag %ld s, %ld s behind, %.2f of the sufficient slots\n",
               scaling_policy_name(policy), streams[policy]->ups, streams[policy]->downs,
               accounts[policy].worst_lag_s, streams[policy]->lagged_s,
               accounts[policy].slot_hours / accounts[policy].sufficient_slot_hours);
    cr_assert(le(i64, account->worst_lag_s, 15)); // the gap of a move
    cr_assert(le(dbl, account->slot_hours, account->sufficient_slot_hours * 1.2));
    cr_assert(le(int, stream_moves(&by_throughput), 3 * 24));
}
