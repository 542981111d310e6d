// Ctrl-C as a count that a loop reads.
#pragma once

// From now on, SIGINT, SIGTERM and SIGHUP are only counted, and SIGPIPE is ignored.
void interrupts_begin(void);

// Waits up to `timeout_ms` for an interrupt. Returns how many there were so far.
int interrupts_wait(int timeout_ms);

// The terminal is closed, or the reader of the output has ended. Counts once, however often it is
// called.
void interrupts_hang_up(void);
