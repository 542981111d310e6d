#include "controller/scaling/autoscaler_msf.h"

#include <stddef.h>

// How many of the newest points, one a minute, lie on one side of a threshold without a gap. A
// missing minute ends the row, and so does one that began before the last move ended.
static int count_run(const struct scaling_input *input, bool above, double ratio) {
    const struct scaling_point *point;
    int64_t minute = input->now_ms / SCALING_POINT_MS;
    // The last minute becomes a point with the first sample of this one.
    int64_t expected = input->window->open_minute == minute - 1 ? minute - 2 : minute - 1;
    int run = 0;

    for (; (point = scaling_window_point(input->window, run)) != NULL; run++) {
        if (point->minute != expected - run) break;
        if (point->minute * SCALING_POINT_MS < input->last_move.ended_at_ms) break;
        if (above ? point->cpu_ratio < ratio : point->cpu_ratio >= ratio) break;
    }
    return run;
}

static void append_seen(const struct scaling_input *input, struct scaling_decision *decision) {
    const struct scaling_point *point = scaling_window_point(input->window, 0);

    if (point == NULL)
        scaling_append(decision, "no full minute of processor utilization was measured yet; ");
    else
        scaling_append(decision,
                       "the busiest TaskManager used %.0f %% of its processor in the last "
                       "minute; ",
                       point->cpu_ratio * 100);
}

static void scale_up(const struct scaling_input *input, const struct scaling_tuning *tuning,
                     struct scaling_decision *decision) {
    int current = input->limits.current_parallelism;
    int wanted = scaling_clamp(&input->limits, current * 2);

    scaling_append(decision, "at least %.0f %% for %d minutes: ", tuning->msf_up_ratio * 100,
                   tuning->msf_up_points);
    if (wanted > current) {
        scaling_move(decision, SCALING_UP, wanted);
        scaling_append(decision, "parallelism %d becomes %d", current, wanted);
        return;
    }
    scaling_hold(decision, SCALING_AT_CEILING);
    scaling_append(decision, "parallelism %d would double, but ", current);
    scaling_append_ceiling(decision, &input->limits);
    scaling_append(decision, " is reached; raise it to let the job grow");
}

static void scale_down(const struct scaling_input *input, const struct scaling_tuning *tuning,
                       struct scaling_decision *decision) {
    int current = input->limits.current_parallelism;
    int wanted = scaling_clamp(&input->limits, (current + 1) / 2);

    scaling_append(decision, "below %.0f %% for %d minutes: ", tuning->msf_down_ratio * 100,
                   tuning->msf_down_points);
    if (wanted < current) {
        scaling_move(decision, SCALING_DOWN, wanted);
        scaling_append(decision, "parallelism %d becomes %d", current, wanted);
        return;
    }
    scaling_hold(decision, SCALING_AT_FLOOR);
    scaling_append(decision,
                   "parallelism %d would halve, but Parallelism is %d; lower it to let the job "
                   "shrink",
                   current, scaling_floor(&input->limits));
}

void autoscaler_msf(const struct scaling_input *input, const struct scaling_tuning *tuning,
                    struct scaling_decision *decision) {
    int up = count_run(input, true, tuning->msf_up_ratio);
    int down = count_run(input, false, tuning->msf_down_ratio);

    append_seen(input, decision);
    if (up >= tuning->msf_up_points) {
        scale_up(input, tuning, decision);
        return;
    }
    if (down >= tuning->msf_down_points) {
        scale_down(input, tuning, decision);
        return;
    }
    enum scaling_reason reason = SCALING_STEADY;
    if (up > 0) reason = SCALING_UP_WAITS;
    if (down > 0) reason = SCALING_DOWN_WAITS;
    scaling_hold(decision, reason);
    scaling_append(decision,
                   "parallelism stays %d: it doubles after %d minutes in a row at %.0f %% or more "
                   "(so far %d), and halves after %d below %.0f %% (so far %d)",
                   input->limits.current_parallelism, tuning->msf_up_points,
                   tuning->msf_up_ratio * 100, up, tuning->msf_down_points,
                   tuning->msf_down_ratio * 100, down);
}
