// A process and all that it has started, however it calls itself: in another session, in a PID
// namespace. From /proc, which takes some 10 µs for each thread.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

// /proc/<pid>/<name> as text; "" when it cannot be read. What does not fit is cut.
void process_read_text(char *out, size_t size_bytes, pid_t pid, const char *name);

// Called for the process and then for those below it, parents first, some levels down. False: it is
// gone, and so is what is below it.
typedef bool process_visit_fn(pid_t pid, void *userdata);
bool process_tree_visit(pid_t pid, process_visit_fn *visit, void *userdata);

// SIGKILL for each of them. Once it returns no program of theirs runs any more: it does not take
// until a supervisor above (bubblewrap) has died and taken them with it, while a JobManager would
// go on to complete checkpoints. They are there until the kernel has taken back what they held.
void process_tree_kill(pid_t pid);
