// Which snapshots a rule removes. The service never removes one; kobel does where
// `--snapshot-retention` or the tag "kobel:snapshot-retention" asks for it (facts/kobel.md 6).
// Pure: controller/moves/retention.h acts.
#pragma once

#include "base/error.h"
#include "model/snapshot.h"

#include <stddef.h>
#include <stdint.h>

struct retention_policy {
    int64_t keep;       // so many of the newest stay; 0 = all
    int64_t automatic;  // the same of the automatic ones; manual ones are not affected
    int64_t max_age_ms; // older ones are removed; 0 = none
};

// "keep=10,automatic=5,max-age=7d", any part of it, or "none". ERROR_INVALID: another form.
MUST_CHECK bool retention_policy_parse(const char *text, struct retention_policy *out_policy,
                                       struct error *err);
// In the form that retention_policy_parse() reads.
void retention_policy_print(const struct retention_policy *policy, char *out, size_t size_bytes);
static inline bool retention_policy_is_none(const struct retention_policy *policy) {
    return policy->keep == 0 && policy->automatic == 0 && policy->max_age_ms == 0;
}

// How many READY snapshots of the application are newer than one.
struct retention_rank {
    int64_t all;
    int64_t automatic;
};

// Why the snapshot is removed; NULL: it stays. The newest READY one always stays, and so do those
// that are not READY.
const char *retention_policy_reason(const struct retention_policy *policy,
                                    const struct snapshot *snapshot,
                                    const struct retention_rank *rank, int64_t now_ms);

// When it gets too old; 0 = never.
int64_t retention_policy_due_ms(const struct retention_policy *policy,
                                const struct snapshot *snapshot, const struct retention_rank *rank);
