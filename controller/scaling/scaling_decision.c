#include "controller/scaling/scaling_decision.h"

#include "base/names.h"
#include "base/text.h"

#include <stdarg.h>
#include <string.h>

static const char *const policy_names[SCALING_POLICY_COUNT] = {
    [SCALING_THROUGHPUT] = "throughput",
    [SCALING_MSF] = "msf",
};

static const char *const reason_names[SCALING_REASON_COUNT] = {
    [SCALING_DISABLED] = "disabled",
    [SCALING_SETTLING] = "settling",
    [SCALING_UNSEEN] = "unseen",
    [SCALING_STEADY] = "steady",
    [SCALING_UP] = "up",
    [SCALING_UP_WAITS] = "up-waits",
    [SCALING_UP_IN_VAIN] = "up-in-vain",
    [SCALING_PINNED] = "pinned",
    [SCALING_AT_CEILING] = "at-ceiling",
    [SCALING_DOWN] = "down",
    [SCALING_DOWN_WAITS] = "down-waits",
    [SCALING_DOWN_LAGS] = "down-lags",
    [SCALING_AT_FLOOR] = "at-floor",
    [SCALING_FAILED] = "failed-lately",
    [SCALING_RESTARTING] = "restarting",
};

DEFINE_NAMES(scaling_policy, enum scaling_policy, policy_names);

const char *scaling_reason_name(enum scaling_reason reason) {
    return reason_names[reason];
}

struct scaling_tuning scaling_tuning_default(void) {
    return (struct scaling_tuning){
        .target_utilization = 0.70,
        .up_utilization = 0.85,
        .down_surplus = 1.15,
        .catch_up_utilization = 0.90,
        .catch_up_ms = 300000,
        .restart_ms = 10000,
        .stabilisation_ms = 60000,
        .up_span_ms = 30000,
        .up_spans = 2,
        .down_span_ms = 120000,
        .down_spans = 5,
        .span_samples_min = 2,
        .calm_lag_ms = 10000,
        .blind_factor = 1.4,
        .effect_min = 0.20,
        .effect_judged = 0.15,
        .vain_hold_ms = 21600000,
        .failed_hold_ms = 600000,
        .msf_up_ratio = 0.75,
        .msf_up_points = 15,
        .msf_down_ratio = 0.10,
        .msf_down_points = 360,
    };
}

// --- limits ---

static int kpu_ceiling(const struct scaling_limits *limits) {
    int ceiling = limits->parallelism_per_kpu * limits->kpu_limit;
    return ceiling > 1 ? ceiling : 1;
}

int scaling_ceiling(const struct scaling_limits *limits) {
    int ceiling = kpu_ceiling(limits);
    bool has_max = limits->max_parallelism > 0;
    return has_max && limits->max_parallelism < ceiling ? limits->max_parallelism : ceiling;
}

int scaling_floor(const struct scaling_limits *limits) {
    int ceiling = scaling_ceiling(limits);
    int floor = limits->parallelism > 1 ? limits->parallelism : 1;
    return floor < ceiling ? floor : ceiling;
}

int scaling_clamp(const struct scaling_limits *limits, int parallelism) {
    int floor = scaling_floor(limits);
    int ceiling = scaling_ceiling(limits);

    if (parallelism < floor) return floor;
    return parallelism < ceiling ? parallelism : ceiling;
}

// --- the decision ---

void scaling_hold(struct scaling_decision *decision, enum scaling_reason reason) {
    decision->reason = reason;
    decision->moves = false;
}

void scaling_move(struct scaling_decision *decision, enum scaling_reason reason, int parallelism) {
    decision->reason = reason;
    decision->moves = true;
    decision->wanted_parallelism = parallelism;
}

void scaling_append(struct scaling_decision *decision, const char *format, ...) {
    size_t used = strlen(decision->text);
    va_list arguments;

    va_start(arguments, format);
    (void)text_format_list(decision->text + used, sizeof decision->text - used, format, arguments);
    va_end(arguments);
}

void scaling_append_ceiling(struct scaling_decision *decision,
                            const struct scaling_limits *limits) {
    if (scaling_ceiling(limits) < kpu_ceiling(limits))
        scaling_append(decision, "the job's max parallelism (%d)", limits->max_parallelism);
    else
        scaling_append(decision, "the KPU limit (%d KPUs of %d)", limits->kpu_limit,
                       limits->parallelism_per_kpu);
}
