#include "controller/moves/plan_backoff.h"

static const int64_t BACKOFF_FIRST_MS = 1000;
static const int64_t BACKOFF_MAX_MS = 60000;
static const int64_t SAVEPOINT_FIRST_MS = 500;
static const int64_t STABLE_MS = 60000;
static const int64_t STABLE_WITH_CHECKPOINT_MS = 5000;

// FNV-1a, of an application and a count.
static uint32_t hash_of(const char *app_id, int count) {
    uint32_t hash = 2166136261U ^ (uint32_t)count;

    for (const char *at = app_id; *at != '\0'; at++)
        hash = (hash ^ (unsigned char)*at) * 16777619U;
    return hash;
}

int64_t plan_backoff_of(int64_t first_ms, int64_t max_ms, int failures, const char *app_id) {
    int64_t delay_ms = first_ms;

    for (int count = 1; count < failures && delay_ms < max_ms; count++)
        delay_ms *= 2;
    if (delay_ms > max_ms) delay_ms = max_ms;
    return delay_ms - delay_ms / 4 * (int64_t)(hash_of(app_id, failures) % 1024) / 1024;
}

int64_t plan_backoff_ms(int attempt, const char *app_id) {
    return attempt <= 1 ? 0
                        : plan_backoff_of(BACKOFF_FIRST_MS, BACKOFF_MAX_MS, attempt - 1, app_id);
}

int64_t plan_savepoint_backoff_ms(int tries) {
    return tries <= 1 ? 0 : SAVEPOINT_FIRST_MS << (tries - 2);
}

bool plan_was_stable(int64_t up_for_ms, bool has_checkpoint) {
    // Negative: the clock was set back meanwhile, and the real duration is unknown.
    return up_for_ms < 0 || up_for_ms >= (has_checkpoint ? STABLE_WITH_CHECKPOINT_MS : STABLE_MS);
}
