// Child processes: started without a shell, watched through a pidfd by the loop, killed at the end.
#pragma once

#include "base/cleanup.h"
#include "base/error.h"

#include <stdbool.h>
#include <sys/types.h>
#include <systemd/sd-event.h>

struct process;

// How a process ended: exit code or signal.
struct process_end {
    bool was_signalled;
    int number;
};
typedef void process_done_fn(void *userdata, struct process_end end);

struct process_spec {
    const char *const *arguments;   // NULL-terminated; [0] is an absolute path
    const char *const *environment; // NULL-terminated KEY=VALUE; the child gets no other
    // The file to which stdout and stderr are appended, by the rules of base/file_inside.h: it
    // replaces what is not a regular file. `output` NULL = /dev/null.
    const char *output_root;
    const char *output;
    const int *kept_fds; // inherited under the same numbers, ended by -1; may be NULL
    // Called once from the loop when the process has ended; may free it; may be NULL.
    process_done_fn *done;
    void *userdata;
};

// Starts it in a new session, so that process_signal() reaches its children.
// ERROR_SYSTEM: it could not be started.
MUST_CHECK bool process_start(sd_event *loop, const struct process_spec *spec,
                              struct process **out_process, struct error *err);
pid_t process_pid(const struct process *process);
bool process_has_ended(const struct process *process);
// Sends a signal to its process group; does nothing when it has ended. SIGKILL is sent to all its
// descendants, also in other sessions: when this returns none of them runs. `done` is called later.
void process_signal(struct process *process, int signal_number);
// Kills it if it runs, and waits some milliseconds for its end. `done` is not called any more.
void process_free(struct process *process);
DEFINE_AUTO(process_free, struct process *);

// "exit status 3", "signal 9"
void process_end_text(struct process_end end, char *out, size_t size_bytes);

// Runs a command and waits for its end. It blocks, so it is for commands, not for the daemon. True:
// exit status 0.
MUST_CHECK bool process_run_and_wait(const struct process_spec *spec, struct error *err);
