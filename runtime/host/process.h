// Child processes: started without a shell, watched through a pidfd on the loop, never left behind.
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
    const char *const *environment; // NULL-terminated KEY=VALUE; all that the child gets
    const char *output_root;        // what the output is below, by the rules of base/file_inside.h
    const char *output;             // stdout and stderr, appended; in the place of what is no
                                    // regular file; NULL = /dev/null
    const int *kept_fds; // descriptors that the child inherits under the same numbers, ended by -1;
                         // may be NULL
    process_done_fn *done; // called once from the loop when it has ended, and may free it; may be
                           // NULL
    void *userdata;
};

// Starts it in a session of its own, so that process_signal() reaches whatever it starts.
// ERROR_SYSTEM: it could not be started.
MUST_CHECK bool process_start(sd_event *loop, const struct process_spec *spec,
                              struct process **out_process, struct error *err);
pid_t process_pid(const struct process *process);
bool process_has_ended(const struct process *process);
// Sends a signal to its process group; nothing when it has ended. SIGKILL reaches all that it has
// started, in whatever session: once this returns no program of theirs runs any more, though `done`
// is called later.
void process_signal(struct process *process, int signal_number);
// Kills it if it runs and waits for its end, which SIGKILL makes a matter of milliseconds. `done`
// is not called any more.
void process_free(struct process *process);
DEFINE_AUTO(process_free, struct process *);

// "exit status 3", "signal 9"
void process_end_text(struct process_end end, char *out, size_t size_bytes);

// Runs a command to its end without a loop: for the command line, never in the daemon's loop. True:
// exit status 0.
MUST_CHECK bool process_run_and_wait(const struct process_spec *spec, struct error *err);
