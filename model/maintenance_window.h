// The maintenance window of the service: eight hours, by Region (facts/api.md 3.4).
#pragma once

// "HH:MM" each, in UTC. `start` is the one set for the application; "" = that of its Region.
void maintenance_window_of(const char *region, const char *start, char out_start[static 6],
                           char out_end[static 6]);
