// A process and its descendants, also those in another session or PID namespace. Read from /proc,
// which takes about 10 µs for each thread.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

// Reads /proc/<pid>/<name>; "" when it cannot be read. A longer text is cut.
void process_read_text(char *out, size_t size_bytes, pid_t pid, const char *name);

// Called for the process and then for its descendants, parents first, DEPTH_MAX levels deep. False:
// do not visit those below this one.
typedef bool process_visit_fn(pid_t pid, void *userdata);
bool process_tree_visit(pid_t pid, process_visit_fn *visit, void *userdata);

// Sends SIGKILL to each of them. When it returns, none of them runs. To kill only the supervisor
// (bubblewrap) is not enough: until its children die with it, a JobManager could complete another
// checkpoint. The kernel may still be freeing their memory.
void process_tree_kill(pid_t pid);
