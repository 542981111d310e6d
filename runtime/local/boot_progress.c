#include "runtime/local/boot_progress.h"

bool boot_progress_update(struct boot_progress *progress, int stage, int64_t cpu_ms,
                          int64_t now_ms) {
    bool is_further = stage > progress->stage;

    if (is_further) {
        progress->stage = stage;
        observed_time_begin(&progress->staged, now_ms);
    }
    if (is_further || cpu_ms - progress->cpu_ms >= BOOT_CPU_SIGN_MS) {
        progress->cpu_ms = cpu_ms;
        observed_time_begin(&progress->still, now_ms);
    }
    return observed_time_update(&progress->staged, now_ms) < BOOT_STAGE_LIMIT_MS &&
           observed_time_update(&progress->still, now_ms) < BOOT_STALL_LIMIT_MS;
}
