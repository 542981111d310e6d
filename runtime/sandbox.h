// How the processes of an application are fenced in (product.md, Sandbox). Whatever the level, each
// is started by kobel-launch (launcher/), which joins its control groups, makes it end with the
// daemon and puts up the fence before it becomes the process.
//
// `full`: bubblewrap gives each process its own user, process, IPC and host-name namespaces, a
// read-only /usr, a private /tmp, no capabilities and no new privileges; a seccomp filter refuses
// the calls by which a process gets out or digs into the kernel. Only what sandbox_spec names is
// visible beside that, at the same paths as outside: Flink writes absolute paths into its
// checkpoints, so a level can change between two runs.
// `scoped`: no namespaces; Landlock closes all other files, the same filter, no capabilities. It
// has no /tmp and no /etc/flink of its own, and sees that other processes exist.
// `none`: a plain child process.
//
// The first two also close the TCP ports of other clusters and of kobel's own API, where the kernel
// can (Linux 6.7); everything else on the network stays open, since brokers live there.
#pragma once

#include "base/error.h"
#include "base/file.h"
#include "runtime/argument_list.h"
#include "runtime/port_pool.h"

#include <stdint.h>
#include <sys/types.h>

enum sandbox_level { SANDBOX_FULL, SANDBOX_SCOPED, SANDBOX_NONE, SANDBOX_LEVEL_COUNT };

const char *sandbox_level_name(enum sandbox_level level); // "full"

struct sandbox {
    enum sandbox_level level;
    bool closes_ports;            // of other clusters
    char launcher[FILE_PATH_MAX]; // kobel-launch
};

// "auto" takes the best level that works on this host (it is tried by running `true` in it); a
// level by name must work. ERROR_UNAVAILABLE says why not. `none` is never chosen by auto: where
// nothing else works, auto fails and says so. The launcher lies beside the running program, or
// where the environment variable KOBEL_LAUNCHER says.
MUST_CHECK bool sandbox_choose(const char *wanted, struct sandbox *out_sandbox, struct error *err);

#define SANDBOX_PATHS_MAX  8
#define SANDBOX_GROUPS_MAX 3
// Where `shown_later` is until sandbox_show() has taken it away.
#define SANDBOX_LATER "/kobel-later"

struct sandbox_spec {
    const char *read_only[SANDBOX_PATHS_MAX]; // directories or files, ended by NULL; missing ones
                                              // are left out
    const char *writable[SANDBOX_PATHS_MAX];
    const char *etc_flink;   // directory shown as /etc/flink; NULL = none
    const char *hosts_file;  // shown as /etc/hosts; must map the host name "kobel"
    const char *passwd_file; // shown as /etc/passwd
    const char *directory;   // working directory
    const char *shown_later; // `full` only: parts of it are shown by sandbox_show(), none before
                             // what runs inside is somebody's program; NULL = nothing
    const char *groups[SANDBOX_GROUPS_MAX + 1]; // control groups to join, ended by NULL
    int64_t data_bytes;                         // where no group limits memory; 0 = no limit
    int processes;                              // where no group limits them; 0 = no limit
    struct port_block closed_ports;             // of all clusters; count 0 = none
    struct port_block own_ports;
    uint16_t api_port; // kobel's own; 0 = open
    int filter_fd;     // sandbox_open_filter()'s, the same number in the child; -1 = none
};

// Puts the sandbox's part in front of a command line: what is added to `out` is followed by the
// command itself.
void sandbox_wrap(const struct sandbox *sandbox, const struct sandbox_spec *spec,
                  struct argument_list *out);

// The command that shows `paths` (at most 4, below spec.shown_later, ended by NULL) to the process
// `pid` that a wrapped command line of level `full` became, at the same place as outside, and takes
// the rest away.
void sandbox_show(const struct sandbox *sandbox, pid_t pid, const char *shown_later,
                  const char *const *paths, struct argument_list *out);

// A descriptor with the filter for one process, closed by the caller after the start.
MUST_CHECK bool sandbox_open_filter(int *out_fd, struct error *err);
