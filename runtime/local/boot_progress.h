// Does a cluster that boots make progress? How long a boot takes depends on the cluster's size and
// on the load of the machine. So it is given up when nothing happens, not after a time. Pure.
#pragma once

#include "base/clock.h"

#include <stdbool.h>

// No further stage, and hardly any processor time, for so long: it hangs.
#define BOOT_STALL_LIMIT_MS 60000
// No further stage for so long, whatever it computes. Even a starved machine gives a JVM in this
// time the two seconds of processor time that it needs.
#define BOOT_STAGE_LIMIT_MS 300000
// So much processor time is progress. JVMs that only wait use less in BOOT_STALL_LIMIT_MS.
#define BOOT_CPU_SIGN_MS    1500
#define BOOT_CHECK_EVERY_MS 1500

struct boot_progress {
    int stage;                   // the furthest that was seen; each step of a boot counts one
    int64_t cpu_ms;              // used at the last sign of progress
    struct observed_time staged; // since a further stage was seen
    struct observed_time still;  // since the last sign of progress
};

// Called every BOOT_CHECK_EVERY_MS. False: it makes no progress any more.
bool boot_progress_update(struct boot_progress *progress, int stage, int64_t cpu_ms,
                          int64_t now_ms);
