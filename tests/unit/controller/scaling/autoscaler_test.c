// The rules of the throughput policy, one at a time.
#include "controller/scaling/autoscaler.h"

#include "base/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <string.h>

static const int64_t MOVED_MS = 1700000000000;
static const int64_t SECOND_MS = 1000;

static struct scaling_window window;
static struct scaling_input input;
static struct scaling_tuning tuning;

// A job of a source and a worker with parallelism 4 on at most 16 slots, last moved an hour ago.
static void set_up(void) {
    memset(&window, 0, sizeof(window));
    tuning = scaling_tuning_default();
    input = (struct scaling_input){
        .policy = SCALING_THROUGHPUT,
        .now_ms = MOVED_MS + 3600 * SECOND_MS,
        .limits = {.enabled = true,
                   .parallelism = 1,
                   .parallelism_per_kpu = 2,
                   .kpu_limit = 8,
                   .current_parallelism = 4},
        .last_move = {.ended_at_ms = MOVED_MS},
        .window = &window,
    };
}

TestSuite(autoscaler, .init = set_up);

static struct scaling_sample chain(double per_s, double source_busy, double worker_busy) {
    return (struct scaling_sample){
        .cpu_max_ratio = -1,
        .vertex_count = 2,
        .vertices = {{.parallelism = 4,
                      .is_source = true,
                      .records_out_per_s = per_s,
                      .busy_ratio = source_busy},
                     {.parallelism = 4, .records_in_per_s = per_s, .busy_ratio = worker_busy}},
    };
}

// The same sample every ten seconds, from so many seconds ago until so many.
static void observe(struct scaling_sample sample, int from_s, int until_s) {
    for (int ago_s = from_s - 10; ago_s >= until_s; ago_s -= 10) {
        sample.at_ms = input.now_ms - ago_s * SECOND_MS;
        scaling_window_add(&window, &sample);
    }
}

// A backlog that grows by so much a second, up to `newest`.
static void observe_backlog(struct scaling_sample sample, double newest, double growth_per_s) {
    for (int ago_s = 50; ago_s >= 0; ago_s -= 10) {
        sample.at_ms = input.now_ms - ago_s * SECOND_MS;
        sample.vertices[0].backlog_records = newest - growth_per_s * ago_s;
        scaling_window_add(&window, &sample);
    }
}

static struct scaling_decision decide(void) {
    return autoscaler_decide(&input, &tuning);
}

static void expect(enum scaling_reason reason, int wanted) {
    struct scaling_decision decision = decide();

    cr_assert(
        eq(str, (char *)scaling_reason_name(decision.reason), (char *)scaling_reason_name(reason)),
        "%s", decision.text);
    cr_assert(eq(int, decision.wanted_parallelism, wanted), "%s", decision.text);
    cr_assert(eq(int, decision.moves, wanted != input.limits.current_parallelism));
    cr_assert(gt(sz, strlen(decision.text), 0));
}

Test(autoscaler, policies_have_names) {
    enum scaling_policy policy = SCALING_THROUGHPUT;

    cr_assert(scaling_policy_from_name("msf", &policy));
    cr_assert(eq(int, policy, SCALING_MSF));
    cr_assert(eq(str, (char *)scaling_policy_name(SCALING_THROUGHPUT), "throughput"));
    cr_assert(not(scaling_policy_from_name("cpu", &policy)));
    for (int reason = 0; reason < SCALING_REASON_COUNT; reason++)
        cr_assert(ne(ptr, (void *)scaling_reason_name(reason), NULL));
}

// --- when nothing is decided ---

Test(autoscaler, nothing_moves_where_autoscaling_is_off) {
    input.limits.enabled = false;
    observe(chain(1000, 0.1, 1.0), 60, 0);
    expect(SCALING_DISABLED, 4);
}

Test(autoscaler, a_job_that_just_moved_is_left_alone) {
    observe(chain(1000, 0.1, 1.0), 60, 0);
    input.last_move.ended_at_ms = input.now_ms - 80 * SECOND_MS;
    expect(SCALING_SETTLING, 4);
    // Enough to look at, but not to move.
    input.last_move.ended_at_ms = input.now_ms - 110 * SECOND_MS;
    expect(SCALING_UP_WAITS, 4);
    input.last_move.ended_at_ms = input.now_ms - 120 * SECOND_MS;
    expect(SCALING_UP, 6);
}

Test(autoscaler, without_fresh_samples_nothing_moves) {
    expect(SCALING_UNSEEN, 4);
    observe(chain(1000, 0.1, 1.0), 120, 40);
    expect(SCALING_UNSEEN, 4);
}

Test(autoscaler, without_a_busy_time_nothing_moves) {
    observe(chain(1000, -1, -1), 60, 0);
    expect(SCALING_UNSEEN, 4);
}

Test(autoscaler, a_vertex_without_a_busy_time_does_not_hide_the_others) {
    observe(chain(1000, -1, 0.9), 60, 0);
    expect(SCALING_UP, 6);
}

Test(autoscaler, a_figure_that_is_no_number_is_no_measurement) {
    struct scaling_sample sample = chain(1000, NAN, 0.9);

    sample.vertices[0].backlog_records = NAN;
    sample.vertices[0].backpressured_ratio = NAN;
    sample.vertices[0].records_in_per_s = INFINITY;
    observe(sample, 60, 0);
    expect(SCALING_UP, 6);
}

// --- up ---

Test(autoscaler, between_the_target_and_the_threshold_nothing_moves) {
    observe(chain(1000, 0.1, 0.84), 60, 0);
    expect(SCALING_STEADY, 4);
}

Test(autoscaler, an_overloaded_vertex_is_brought_to_the_target) {
    observe(chain(1000, 0.1, 0.9), 60, 0);
    expect(SCALING_UP, 6); // 4 x 0.9 / 0.7 = 5.1
}

Test(autoscaler, an_overload_has_to_last) {
    observe(chain(1000, 0.1, 0.5), 60, 30);
    observe(chain(1000, 0.1, 0.9), 30, 0);
    expect(SCALING_UP_WAITS, 4);
}

Test(autoscaler, what_a_backlog_grows_by_is_demand) {
    observe_backlog(chain(1000, 0.1, 1.0), 60000, 1000);
    struct scaling_decision decision = decide();
    cr_assert(epsilon_eq(dbl, decision.demand_per_s, 2000, 1));
    cr_assert(epsilon_eq(dbl, decision.capacity_per_s, 1000, 1));
    expect(SCALING_UP, 12); // 4 x 2.0 / 0.7 = 11.4
}

Test(autoscaler, a_backlog_shall_be_gone_in_time) {
    // 1000/s arrive and 1.2 million wait: 5000/s for five minutes, and what a move adds.
    observe_backlog(chain(1000, 0.05, 0.5), 1200000, 0);
    expect(SCALING_UP, 12); // 4 x 0.5 x 5.03 / 0.9 = 11.2
}

Test(autoscaler, a_backlog_that_will_be_gone_in_time_is_no_reason) {
    observe_backlog(chain(1000, 0.05, 0.5), 200000, 0);
    expect(SCALING_STEADY, 4);
}

Test(autoscaler, a_held_back_vertex_is_judged_by_its_busy_time) {
    struct scaling_sample sample = chain(1000, 0.3, 1.0);

    // The source would be busy for 60 % of its time if the worker let it: it is not the limit.
    sample.vertices[0].backpressured_ratio = 0.7;
    observe_backlog(sample, 60000, 1000);
    struct scaling_decision decision = decide();
    cr_assert(eq(int, decision.busiest_vertex, 1));
    cr_assert(epsilon_eq(dbl, decision.utilization, 2.0, 0.01));
}

Test(autoscaler, where_the_backlog_is_hidden_growth_is_at_most_a_doubling) {
    struct scaling_sample sample = chain(1000, 0.1, 1.0);

    sample.vertices[0].backpressured_ratio = 0.9;
    sample.vertices[0].backlog_records = -1;
    observe(sample, 60, 0);
    expect(SCALING_UP, 8);
}

Test(autoscaler, a_source_that_counts_its_input_is_believed) {
    struct scaling_sample sample = chain(1000, 0.1, 0.9);

    sample.vertices[0].records_in_per_s = 3000; // it filters
    observe(sample, 60, 0);
    cr_assert(epsilon_eq(dbl, decide().demand_per_s, 3000, 1));
}

// --- the graph ---

// Two sources, of which only the second has a growing backlog, and a worker behind each.
static struct scaling_sample two_lines(void) {
    return (struct scaling_sample){
        .vertex_count = 4,
        .vertices = {{.parallelism = 4, .is_source = true, .records_out_per_s = 1000},
                     {.parallelism = 4, .is_source = true, .records_out_per_s = 1000},
                     {.parallelism = 4, .records_in_per_s = 1000, .busy_ratio = 0.6},
                     {.parallelism = 4, .records_in_per_s = 1000, .busy_ratio = 0.2}},
    };
}

static void observe_second_source(struct scaling_sample sample) {
    for (int ago_s = 50; ago_s >= 0; ago_s -= 10) {
        sample.at_ms = input.now_ms - ago_s * SECOND_MS;
        sample.vertices[1].backlog_records = 2000 * (60 - ago_s);
        scaling_window_add(&window, &sample);
    }
}

Test(autoscaler, only_what_a_growing_source_feeds_has_more_to_do) {
    struct scaling_sample sample = two_lines();

    sample.vertices[2].inputs = 1U << 0;
    sample.vertices[3].inputs = 1U << 1;
    observe_second_source(sample);
    struct scaling_decision decision = decide();
    cr_assert(eq(int, decision.reason, SCALING_STEADY), "%s", decision.text);
    cr_assert(epsilon_eq(dbl, decision.utilization, 0.6, 0.01));
}

Test(autoscaler, without_known_edges_everybody_gets_a_share) {
    observe_second_source(two_lines());
    struct scaling_decision decision = decide();
    cr_assert(eq(int, decision.reason, SCALING_UP), "%s", decision.text);
    cr_assert(eq(int, decision.busiest_vertex, 2));
    cr_assert(epsilon_eq(dbl, decision.utilization, 1.2, 0.01)); // 2000/s became 4000/s
}

Test(autoscaler, a_vertex_with_a_parallelism_of_its_own_is_not_scaled) {
    struct scaling_sample sample = chain(1000, 0.1, 1.0);

    sample.vertices[1].parallelism = 1;
    observe_backlog(sample, 60000, 1000);
    expect(SCALING_PINNED, 4);
}

Test(autoscaler, others_are_not_scaled_beyond_what_a_pinned_vertex_lets_through) {
    struct scaling_sample sample = chain(1000, 0.6, 0.8);

    sample.vertices[1].parallelism = 1;
    // 5000/s arrive, the pinned vertex does 1250: the source is to do those, not more.
    observe_backlog(sample, 240000, 4000);
    expect(SCALING_PINNED, 4);
}

// --- limits ---

Test(autoscaler, the_kpu_limit_is_the_ceiling) {
    observe_backlog(chain(1000, 0.1, 1.0), 600000, 9000);
    expect(SCALING_UP, 16);
    input.limits.current_parallelism = 16;
    memset(&window, 0, sizeof(window));
    struct scaling_sample sample = chain(1000, 0.1, 1.0);
    sample.vertices[0].parallelism = sample.vertices[1].parallelism = 16;
    observe(sample, 60, 0);
    expect(SCALING_AT_CEILING, 16);
    cr_assert(ne(ptr, strstr(decide().text, "KPU limit (8 KPUs of 2)"), NULL));
}

Test(autoscaler, the_state_s_key_groups_are_a_ceiling_too) {
    input.limits.max_parallelism = 6;
    observe_backlog(chain(1000, 0.1, 1.0), 600000, 9000);
    expect(SCALING_UP, 6);
    cr_assert(ne(ptr, strstr(decide().text, "max parallelism (6)"), NULL));
}

// --- growth in vain ---

static void grew(int from, double capacity_before_per_s) {
    input.last_move.from_parallelism = from;
    input.last_move.to_parallelism = 4;
    input.last_move.capacity_before_per_s = capacity_before_per_s;
}

Test(autoscaler, growth_that_gained_nothing_is_not_repeated) {
    observe(chain(1000, 0.1, 1.0), 60, 0); // 1000/s now
    grew(2, 950);
    expect(SCALING_UP_IN_VAIN, 4);
}

Test(autoscaler, growth_that_gained_enough_is) {
    observe(chain(1000, 0.1, 1.0), 60, 0);
    grew(2, 700);
    expect(SCALING_UP, 6);
}

Test(autoscaler, growth_in_vain_is_forgotten_after_a_while) {
    observe(chain(1000, 0.1, 1.0), 60, 0);
    grew(2, 950);
    input.last_move.ended_at_ms = input.now_ms - tuning.vain_hold_ms;
    expect(SCALING_UP, 6);
}

Test(autoscaler, nothing_is_learnt_from_a_small_growth_or_an_update) {
    observe(chain(1000, 0.1, 1.0), 60, 0);
    grew(4, 1000);
    expect(SCALING_UP, 6);
    grew(0, 0);
    expect(SCALING_UP, 6);
}

// --- down ---

Test(autoscaler, too_much_has_to_be_too_much_for_long) {
    observe(chain(1000, 0.1, 0.3), 590, 0);
    expect(SCALING_DOWN, 2); // 4 x 0.3 / 0.7 = 1.7
    input.last_move.ended_at_ms = input.now_ms - 650 * SECOND_MS;
    expect(SCALING_DOWN_WAITS, 4);
}

Test(autoscaler, one_busy_stretch_is_enough_to_stay) {
    observe(chain(1000, 0.1, 0.3), 600, 480);
    observe(chain(1000, 0.1, 0.7), 480, 360);
    observe(chain(1000, 0.1, 0.3), 360, 0);
    expect(SCALING_DOWN_WAITS, 4);
}

Test(autoscaler, while_the_load_falls_the_move_waits_for_its_end) {
    observe(chain(1000, 0.1, 0.5), 600, 360);
    observe(chain(1000, 0.1, 0.1), 360, 0);
    expect(SCALING_DOWN_WAITS, 4);
    cr_assert(ne(ptr, strstr(decide().text, "does not fall any more (3, lately 1)"), NULL));
}

Test(autoscaler, a_gap_in_the_samples_proves_nothing) {
    observe(chain(1000, 0.1, 0.3), 600, 400);
    observe(chain(1000, 0.1, 0.3), 200, 0);
    expect(SCALING_DOWN_WAITS, 4);
}

Test(autoscaler, with_a_backlog_nothing_shrinks) {
    struct scaling_sample sample = chain(1000, 0.1, 0.3);

    sample.vertices[0].backlog_records = 11000;
    observe(sample, 600, 0);
    expect(SCALING_DOWN_LAGS, 4);
}

Test(autoscaler, the_configured_parallelism_is_the_floor) {
    observe(chain(1000, 0.1, 0.1), 600, 0);
    input.limits.parallelism = 3;
    expect(SCALING_DOWN, 3);
    input.limits.parallelism = 4;
    expect(SCALING_AT_FLOOR, 4);
}

Test(autoscaler, an_idle_job_shrinks_to_the_floor) {
    observe(chain(0, 0, 0), 600, 0);
    expect(SCALING_DOWN, 1);
}

// --- words ---

Test(autoscaler, the_text_says_what_was_seen_and_what_follows) {
    static const char *const names[] = {"Source: orders", "Window"};

    input.vertex_names = names;
    observe_backlog(chain(1000, 0.1, 1.0), 60000, 1000);
    cr_assert(eq(
        str, decide().text,
        "2000 records/s arrive, 60000 wait; vertex Window, the busiest, needs 200 % of its "
        "time for them; parallelism 12 would make it 70 %, it is 4 now: parallelism becomes 12"));
}

Test(autoscaler, a_long_name_is_cut_between_characters) {
    static const char *const names[] = {
        "a",
        "aäääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääää"};

    input.vertex_names = names;
    observe(chain(1000, 0.1, 0.9), 60, 0);
    cr_assert(ne(ptr, strstr(decide().text, "ä, the busiest"), NULL), "%s", decide().text);
}
