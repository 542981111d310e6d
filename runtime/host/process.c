#include "runtime/host/process.h"

#include "base/file.h"
#include "base/file_inside.h"
#include "base/memory.h"
#include "base/text.h"
#include "runtime/host/process_tree.h"
#include "runtime/host/spawn.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct process {
    pid_t pid;
    int pidfd;
    sd_event_source *source;
    bool has_ended;
    process_done_fn *done;
    void *userdata;
};

pid_t process_pid(const struct process *process) {
    return process->pid;
}

bool process_has_ended(const struct process *process) {
    return process->has_ended;
}

void process_end_text(struct process_end end, char *out, size_t size_bytes) {
    (void)text_format(out, size_bytes, "%s %d", end.was_signalled ? "signal" : "exit status",
                      end.number);
}

// Waits for the status of a child that has ended, or was killed.
static struct process_end reap(pid_t pid) {
    int status = spawn_wait(pid);

    if (WIFSIGNALED(status)) return (struct process_end){true, WTERMSIG(status)};
    return (struct process_end){false, WEXITSTATUS(status)};
}

static int on_end(sd_event_source *source, int fd, uint32_t events, void *userdata) {
    struct process *process = userdata;

    (void)fd;
    (void)events;
    (void)sd_event_source_set_enabled(source, SD_EVENT_OFF);
    process->has_ended = true;
    struct process_end end = reap(process->pid);
    // The children that it has left are killed.
    (void)kill(-process->pid, SIGKILL);
    if (process->done != NULL) process->done(process->userdata, end);
    return 0;
}

// The output is opened here: a job may have replaced it by a FIFO, on which an open() in the child
// would block, and posix_spawn() waits for the child.
static bool start(const struct process_spec *spec, pid_t *out_pid, struct error *err) {
    AUTO(file_close) int output = -1;

    if (spec->output != NULL &&
        !file_open_append_inside(spec->output_root, spec->output, &output, err))
        return false;
    struct spawn_spec child = {.arguments = spec->arguments,
                               .environment = spec->environment,
                               .output_fd = output,
                               .error_fd = output,
                               .kept_fds = spec->kept_fds,
                               .has_session = true};
    return spawn_start(&child, out_pid, err);
}

bool process_start(sd_event *loop, const struct process_spec *spec, struct process **out_process,
                   struct error *err) {
    AUTO(process_free) struct process *process = memory_alloc(sizeof *process);

    process->has_ended = true; // for process_free(), until it is started
    process->pidfd = -1;
    if (!start(spec, &process->pid, err)) return false;
    process->has_ended = false;
    process->pidfd = (int)syscall(SYS_pidfd_open, process->pid, 0);
    if (process->pidfd < 0) return error_system(err, errno, "watch '%s'", spec->arguments[0]);
    int code = sd_event_add_io(loop, &process->source, process->pidfd, EPOLLIN, on_end, process);
    if (code < 0) return error_system(err, -code, "watch '%s'", spec->arguments[0]);
    process->done = spec->done;
    process->userdata = spec->userdata;
    *out_process = TAKE(process);
    return true;
}

void process_signal(struct process *process, int signal_number) {
    if (process->has_ended) return;
    if (signal_number == SIGKILL) process_tree_kill(process->pid);
    // Just after the spawn the group may not exist yet.
    if (kill(-process->pid, signal_number) < 0) (void)kill(process->pid, signal_number);
}

void process_free(struct process *process) {
    if (process == NULL) return;
    (void)sd_event_source_disable_unref(process->source);
    if (!process->has_ended) {
        process_signal(process, SIGKILL);
        (void)reap(process->pid);
        (void)kill(-process->pid, SIGKILL);
    }
    file_close(process->pidfd);
    memory_free(process);
}

bool process_run_and_wait(const struct process_spec *spec, struct error *err) {
    char text[40];
    pid_t pid;

    if (!start(spec, &pid, err)) return false;
    struct process_end end = reap(pid);
    if (!end.was_signalled && end.number == 0) return true;
    process_end_text(end, text, sizeof text);
    return error_set(err, ERROR_SYSTEM, "'%s' ended with %s", spec->arguments[0], text);
}
