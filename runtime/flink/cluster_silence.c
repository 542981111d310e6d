#include "runtime/flink/cluster_silence.h"

#include "base/text.h"

// Each count adds OBSERVED_STEP_MAX_MS at most.
static const int64_t SLOTS_EVERY_MAX_MS = 1900;

int64_t cluster_silence_slots_every_ms(const struct cluster_silence *silence) {
    int64_t every_ms = silence->limit_ms / 5;

    return every_ms < SLOTS_EVERY_MAX_MS ? every_ms : SLOTS_EVERY_MAX_MS;
}

void cluster_silence_answered(struct cluster_silence *silence, int64_t now_ms) {
    observed_time_begin(&silence->unanswered, now_ms);
}

void cluster_silence_unanswered(struct cluster_silence *silence, int64_t now_ms) {
    (void)observed_time_update(&silence->unanswered, now_ms);
}

void cluster_silence_slots(struct cluster_silence *silence, int slots, int64_t now_ms) {
    bool was_lacking = silence->slots < silence->wanted_slots;

    silence->slots = slots;
    if (was_lacking && slots < silence->wanted_slots)
        (void)observed_time_update(&silence->lacking, now_ms);
    else
        observed_time_begin(&silence->lacking, now_ms);
}

bool cluster_silence_is_over_limit(const struct cluster_silence *silence, char *out,
                                   size_t size_bytes) {
    if (silence->unanswered.total_ms >= silence->limit_ms) {
        (void)text_format(out, size_bytes,
                          "jobmanager gave no usable answer for %lld s: it hangs, or is starved",
                          (long long)silence->unanswered.total_ms / 1000);
        return true;
    }
    if (silence->lacking.total_ms >= silence->limit_ms) {
        (void)text_format(out, size_bytes,
                          "only %d of %d slots were registered for %lld s: a TaskManager hangs, or "
                          "cannot reach its JobManager",
                          silence->slots, silence->wanted_slots,
                          (long long)silence->lacking.total_ms / 1000);
        return true;
    }
    return false;
}
