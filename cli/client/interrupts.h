// Ctrl-C, as something that is looked at.
#pragma once

// From now on SIGINT, SIGTERM and SIGHUP are counted and do nothing else; SIGPIPE does nothing.
void interrupts_begin(void);

// Waits up to `timeout_ms` for one. How many there were so far.
int interrupts_wait(int timeout_ms);

// Nobody looks any more: the terminal is closed, or what read the output has ended. However often
// it is said, it counts once.
void interrupts_hang_up(void);
