// How much memory programs that are started now can have: the machine's, or what the control groups
// that this process is in (a container's, a service's) leave of it.
#pragma once

#include <stdint.h>

// Bytes; -1: the system does not say.
int64_t available_memory_bytes(void);

// MemAvailable of /proc/meminfo in bytes; -1: it is not there. Pure.
int64_t available_memory_of_machine(const char *meminfo);

// The files of one control group with a memory controller, in version 1 or 2; "" = there is none.
struct memory_group {
    const char *limit; // memory.max or memory.limit_in_bytes
    const char *high;  // memory.high, of version 2
    const char *usage; // memory.current or memory.usage_in_bytes
    const char *stat;  // memory.stat
};

// What the limit leaves, counting pages of files as free; INT64_MAX: there is no limit. Pure.
int64_t available_memory_of_group(const struct memory_group *group);
