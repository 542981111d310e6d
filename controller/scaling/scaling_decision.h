// The input and the decision of a policy of the autoscaler, and what all policies share. Pure.
#pragma once

#include "controller/scaling/scaling_window.h"

#include <stdbool.h>
#include <stdint.h>

enum scaling_policy { SCALING_THROUGHPUT, SCALING_MSF, SCALING_POLICY_COUNT };

const char *scaling_policy_name(enum scaling_policy value); // "throughput"
bool scaling_policy_from_name(const char *name, enum scaling_policy *out_value);

// Every threshold of both policies. scaling_tuning_default() is what a server uses.
struct scaling_tuning {
    // 0.70: the share of its time for which the busiest vertex shall work.
    double target_utilization;
    // 0.85: above it the job grows. Noise between it and the target causes no move.
    double up_utilization;
    // 1.15: the job shrinks where what runs is so many times what is needed.
    double down_surplus;
    // 0.90: the target while there is a backlog.
    double catch_up_utilization;
    // 5 min: in which a backlog shall be processed.
    int64_t catch_up_ms;
    // 10 s: the interruption of a move. What arrives meanwhile is backlog.
    int64_t restart_ms;
    // 1 min: ignored after a move, while caches and code are cold.
    int64_t stabilisation_ms;
    // A span is a stretch of time, judged by the mean of its samples. All must agree.
    int64_t up_span_ms;   // 30 s
    int up_spans;         // 2
    int64_t down_span_ms; // 2 min
    int down_spans;       // 5
    int span_samples_min; // 2: a span with fewer is not judged
    // 10 s: the job does not shrink where the backlog is more than the input of this time.
    int64_t calm_lag_ms;
    // 1.4: how much more a source under back pressure is assumed to send, at most, where its
    // backlog is not known. With the target, this is a doubling.
    double blind_factor;
    // 0.20: the share of the expected gain below which a growth was in vain.
    double effect_min;
    // 0.15: a growth by less than this share is not judged, because of noise.
    double effect_judged;
    int64_t vain_hold_ms;   // 6 h: no growth for so long after one in vain
    int64_t failed_hold_ms; // 10 min: no move for so long after one that failed
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
    int max_parallelism; // of the job: the number of its key groups; 0 = not known
};

// The move that the running job is from, which may be an update or a start.
struct scaling_last_move {
    int64_t ended_at_ms;
    int from_parallelism; // 0: it was not a scaling, and its gain is not judged
    int to_parallelism;
    double capacity_before_per_s; // `capacity_per_s` of the decision that caused it
    int64_t failed_at_ms;         // when the last scaling began, if it failed; 0 = it did not
};

struct scaling_input {
    enum scaling_policy policy;
    int64_t now_ms; // of the clock of the samples
    struct scaling_limits limits;
    struct scaling_last_move last_move;
    const struct scaling_window *window;
    const char *const *vertex_names; // in the order of the samples' vertices; NULL: numbers
};

enum scaling_reason {
    SCALING_DISABLED,   // AutoScalingEnabled is false
    SCALING_SETTLING,   // the last move is too recent
    SCALING_UNSEEN,     // there are not enough samples
    SCALING_STEADY,     // the parallelism is right, or near enough
    SCALING_UP,         // a move
    SCALING_UP_WAITS,   // overloaded, but not for long enough yet
    SCALING_UP_IN_VAIN, // overloaded, but the last growth gained nothing
    SCALING_PINNED,     // the parallelism of the busiest vertex is set in the code
    SCALING_AT_CEILING, // overloaded, but more is not allowed
    SCALING_DOWN,       // a move
    SCALING_DOWN_WAITS, // more runs than is needed, but not for long enough yet
    SCALING_DOWN_LAGS,  // more runs than is needed, but there is a backlog
    SCALING_AT_FLOOR,   // more runs than is needed, but less is not allowed
    SCALING_FAILED,     // a move is needed, but the last one failed a moment ago
    SCALING_RESTARTING, // a move is needed, but the job cannot take a savepoint
    SCALING_REASON_COUNT,
};

const char *scaling_reason_name(enum scaling_reason reason); // "up-waits"

#define SCALING_TEXT_SIZE 512

struct scaling_decision {
    bool moves;
    int wanted_parallelism; // the current one where `moves` is false
    enum scaling_reason reason;
    // Of `throughput`; 0 where it is not known, and for the other policy.
    double demand_per_s;   // what arrives at the sources
    double capacity_per_s; // what they could take in if the busiest vertex were always busy
    double utilization;    // of the busiest vertex, if it processed all that arrives
    int busiest_vertex;    // -1: none
    // One line: what was measured, what is needed, what is done and why, what would change that.
    char text[SCALING_TEXT_SIZE];
};

// --- for the policies ---

// The most that the KPU limit and the job's state allow; at least 1.
int scaling_ceiling(const struct scaling_limits *limits);
// The configured parallelism, if the ceiling allows so much.
int scaling_floor(const struct scaling_limits *limits);
int scaling_clamp(const struct scaling_limits *limits, int parallelism);

// The parallelism stays, or becomes another one. The text is up to the policy.
void scaling_hold(struct scaling_decision *decision, enum scaling_reason reason);
void scaling_move(struct scaling_decision *decision, enum scaling_reason reason, int parallelism);

// Appends to the text of the decision. What does not fit is cut.
void scaling_append(struct scaling_decision *decision, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
// "the KPU limit (8 KPUs of 2)" or "the job's max parallelism (128)".
void scaling_append_ceiling(struct scaling_decision *decision, const struct scaling_limits *limits);
