// What a policy of the autoscaler is given, what it answers, and the words that all policies share.
// Pure.
#pragma once

#include "controller/scaling/scaling_window.h"

#include <stdbool.h>
#include <stdint.h>

enum scaling_policy { SCALING_THROUGHPUT, SCALING_MSF, SCALING_POLICY_COUNT };

const char *scaling_policy_name(enum scaling_policy policy); // "throughput"
bool scaling_policy_from_name(const char *name, enum scaling_policy *out_policy);

// Every threshold of both policies. scaling_tuning_default() is what a server uses.
struct scaling_tuning {
    double target_utilization;   // 0.70: the share of its time for which the busiest vertex works
    double up_utilization;       // 0.85: above it there is a reason to grow. The distance to the
                                 // target is what noise may do without causing a move
    double down_surplus;         // 1.15: how often what is wanted must fit into what runs before it
                                 // shrinks
    double catch_up_utilization; // 0.90: while a backlog is worked off there is no need to stay at
                                 // the target, only to be sure to finish in time
    int64_t catch_up_ms;         // 5 min: in which a backlog shall be gone
    int64_t restart_ms;          // 10 s: the gap of a move; what arrives meanwhile is backlog too
    int64_t stabilisation_ms;    // 1 min after a move is not looked at: caches and code are cold
    // A span is a stretch of time judged by the mean of its samples. All must agree.
    int64_t up_span_ms;     // 30 s
    int up_spans;           // 2
    int64_t down_span_ms;   // 2 min
    int down_spans;         // 5
    int span_samples_min;   // 2: a span with fewer says nothing
    int64_t calm_lag_ms;    // 10 s: a backlog of more than so much of the input forbids to shrink
    double blind_factor;    // 1.4: what a held-back source is taken to want, at most, where its
                            // backlog cannot be seen: with the target, a doubling
    double effect_min;      // 0.20: share of the hoped-for gain below which a growth was in vain
    double effect_judged;   // 0.15: a growth by less than this share drowns in noise: not judged
    int64_t vain_hold_ms;   // 6 h: no growth for so long after one in vain
    int64_t failed_hold_ms; // 10 min: nothing for so long after a move that failed
    // The rule of the service.
    double msf_up_ratio;   // 0.75
    int msf_up_points;     // 15
    double msf_down_ratio; // 0.10
    int msf_down_points;   // 360
};

struct scaling_tuning scaling_tuning_default(void);

struct scaling_limits {
    bool enabled;            // AutoScalingEnabled
    int parallelism;         // the configured one: the floor
    int parallelism_per_kpu; // with kpu_limit: the ceiling
    int kpu_limit;
    int current_parallelism;
    int max_parallelism; // of the job: its state has no more key groups; 0 = not known
};

// The move after which the job came to run as it does: an update or a start, too.
struct scaling_last_move {
    int64_t ended_at_ms;
    int from_parallelism; // 0: it was no scaling, and nothing is to be learnt from it
    int to_parallelism;
    double capacity_before_per_s; // `capacity_per_s` of the decision that caused it
    int64_t failed_at_ms;         // when a scaling was begun that came to nothing; 0 = none
};

struct scaling_input {
    enum scaling_policy policy;
    int64_t now_ms; // of the clock of the samples, and soon after the newest
    struct scaling_limits limits;
    struct scaling_last_move last_move;
    const struct scaling_window *window;
    const char *const *vertex_names; // in the order of the samples' vertices; NULL: numbers
};

enum scaling_reason {
    SCALING_DISABLED,   // AutoScalingEnabled is false
    SCALING_SETTLING,   // the last move is too recent
    SCALING_UNSEEN,     // not enough samples to judge
    SCALING_STEADY,     // what runs is what is wanted, or near enough
    SCALING_UP,         // move
    SCALING_UP_WAITS,   // overloaded, not yet for long enough
    SCALING_UP_IN_VAIN, // overloaded, but the last growth gained nothing
    SCALING_PINNED,     // the busiest vertex has a parallelism of its own, set in the code
    SCALING_AT_CEILING, // overloaded, and no more allowed
    SCALING_DOWN,       // move
    SCALING_DOWN_WAITS, // too much runs, not yet for long enough
    SCALING_DOWN_LAGS,  // too much runs, but there is a backlog to work off
    SCALING_AT_FLOOR,   // too much runs, and no less allowed
    SCALING_FAILED,     // there is a reason to move, but the last move failed a moment ago
    SCALING_REASON_COUNT,
};

const char *scaling_reason_name(enum scaling_reason reason); // "up-waits"

#define SCALING_TEXT_SIZE 512

struct scaling_decision {
    bool moves;
    int wanted_parallelism; // where to go; the current one where `moves` is false
    enum scaling_reason reason;
    // What `throughput` saw; 0 where it could not tell, or the policy does not look at it.
    double demand_per_s;   // what arrives at the sources
    double capacity_per_s; // what they could take in if the busiest vertex were busy throughout
    double utilization;    // of the busiest vertex, if all that arrives were processed
    int busiest_vertex;    // -1: none
    char text[SCALING_TEXT_SIZE]; // one line: what was seen, what is wanted, why this is done, and
                                  // what would change that
};

// --- for the policies ---

// The most that the KPU limit and the job's state allow; at least 1.
int scaling_ceiling(const struct scaling_limits *limits);
// The configured parallelism, if the ceiling allows so much.
int scaling_floor(const struct scaling_limits *limits);
int scaling_clamp(const struct scaling_limits *limits, int parallelism);

// What holds a decision back, and until when, is said in the same words by both policies.
void scaling_hold(struct scaling_decision *decision, enum scaling_reason reason);
void scaling_move(struct scaling_decision *decision, enum scaling_reason reason, int parallelism);

// Appends to the decision's text; what does not fit is cut.
void scaling_say(struct scaling_decision *decision, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
// "the KPU limit (8 KPUs of 2)" or "the job's max parallelism (128)".
void scaling_say_ceiling(struct scaling_decision *decision, const struct scaling_limits *limits);
