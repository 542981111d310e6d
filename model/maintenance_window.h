// The eight hours in which the service maintains applications, by Region (api-semantics 4.5).
#pragma once

// "HH:MM" each, UTC; the end is eight hours after the start.
void maintenance_window_default(const char *region, char out_start[static 6],
                                char out_end[static 6]);
