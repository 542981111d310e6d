// The eight hours in which the service maintains applications, by Region (facts/api.md 3.4).
#pragma once

// "HH:MM" each, UTC; the end is eight hours after the start. `start` is the one that was set for an
// application; "" = that of its Region.
void maintenance_window_of(const char *region, const char *start, char out_start[static 6],
                           char out_end[static 6]);
