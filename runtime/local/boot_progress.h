// Does a cluster that boots get anywhere? How long it takes depends on its size and on what else
// the machine does, so it is not given up after a time, but when nothing happens. Pure.
#pragma once

#include "base/clock.h"

#include <stdbool.h>

// No further stage, and hardly any processor time, for so long: it hangs.
#define BOOT_STALL_LIMIT_MS 60000
// No further stage for so long, whatever it computes: it is going round in circles. A starved
// machine gives a JVM that wants two seconds of a processor so much in that time.
#define BOOT_STAGE_LIMIT_MS 300000
// So much processor time is a sign of life. JVMs that only wait use less in BOOT_STALL_LIMIT_MS.
#define BOOT_CPU_SIGN_MS 1500
// How often to look.
#define BOOT_LOOK_EVERY_MS 1500

struct boot_progress {
    int stage;                   // the furthest that was seen; each step of a boot counts one
    int64_t cpu_ms;              // used at the last sign of life
    struct observed_time staged; // since a further stage was seen
    struct observed_time still;  // since the last sign of life
};

// One look. False: it has come to a halt.
bool boot_progress_look(struct boot_progress *progress, int stage, int64_t cpu_ms, int64_t now_ms);
