// How much memory is available to new processes: that of the machine, or less where a control group
// of this process (of a container, of a service) limits it.
#pragma once

#include <stdint.h>

// In bytes; -1: unknown.
int64_t available_memory_bytes(void);

// MemAvailable of /proc/meminfo in bytes; -1: missing. Pure.
int64_t available_memory_of_machine(const char *meminfo);

// The files of one control group with a memory controller, version 1 or 2; "" = missing.
struct memory_group {
    const char *limit; // memory.max or memory.limit_in_bytes
    const char *high;  // memory.high, of version 2
    const char *usage; // memory.current or memory.usage_in_bytes
    const char *stat;  // memory.stat
};

// The limit minus the usage, with file pages counted as free; INT64_MAX: no limit. Pure.
int64_t available_memory_of_group(const struct memory_group *group);
