// Ctrl-C, as something that is looked at.
#pragma once

// From now on SIGINT, SIGTERM and SIGHUP are counted and do nothing else.
void interrupts_begin(void);

// Waits up to `timeout_ms` for one. How many there were so far.
int interrupts_wait(int timeout_ms);
