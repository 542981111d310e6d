// The two policies, and what they share. For autoscaler.c only.
#pragma once

#include "controller/autoscaler.h"

// Both are called with enabled autoscaling, and a decision that holds the current parallelism.
void autoscaler_throughput(const struct scaling_input *input, const struct scaling_tuning *tuning,
                           struct scaling_decision *decision);
void autoscaler_msf(const struct scaling_input *input, const struct scaling_tuning *tuning,
                    struct scaling_decision *decision);

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
