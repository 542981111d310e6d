#include "controller/scaling/autoscaler.h"

#include "controller/scaling/autoscaler_msf.h"
#include "controller/scaling/autoscaler_throughput.h"

// The cause of a failed move (too little memory, a job that cannot restore) rarely ends within
// seconds.
static void hold_after_failure(const struct scaling_input *input,
                               const struct scaling_tuning *tuning,
                               struct scaling_decision *decision) {
    int64_t until_ms = input->last_move.failed_at_ms + tuning->failed_hold_ms;

    if (!decision->moves || input->last_move.failed_at_ms == 0 || input->now_ms >= until_ms) return;
    scaling_hold(decision, SCALING_FAILED);
    decision->wanted_parallelism = input->limits.current_parallelism;
    scaling_append(decision, "; but the last scaling failed: the next try is in %lld s",
                   (long long)(until_ms - input->now_ms + 999) / 1000);
}

struct scaling_decision autoscaler_decide(const struct scaling_input *input,
                                          const struct scaling_tuning *tuning) {
    struct scaling_decision decision = {.wanted_parallelism = input->limits.current_parallelism,
                                        .busiest_vertex = -1};

    if (!input->limits.enabled) {
        scaling_hold(&decision, SCALING_DISABLED);
        scaling_append(&decision, "parallelism stays %d: AutoScalingEnabled is false",
                       input->limits.current_parallelism);
    } else if (input->policy == SCALING_MSF) {
        autoscaler_msf(input, tuning, &decision);
    } else {
        autoscaler_throughput(input, tuning, &decision);
    }
    hold_after_failure(input, tuning, &decision);
    return decision;
}
