// How the processes of an application are fenced in (product.md, Sandbox).
//
// `full`: bubblewrap gives each process its own user, process, IPC and host-name namespaces, a
// read-only /usr, a private /tmp, no capabilities and no new privileges; a seccomp filter refuses
// the calls by which a process gets out or digs into the kernel. Only what sandbox_spec names is
// visible beside that, at the same paths as outside: Flink writes absolute paths into its
// checkpoints, so a level can change between two runs. `none`: a plain child process. What it
// cannot do is put /etc/flink/application_properties.json in place. At both levels the process dies
// with the daemon.
#pragma once

#include "base/error.h"
#include "runtime/argument_list.h"

enum sandbox_level { SANDBOX_FULL, SANDBOX_SCOPED, SANDBOX_NONE, SANDBOX_LEVEL_COUNT };

const char *sandbox_level_name(enum sandbox_level level); // "full"

// "auto" takes the best level that works on this host (it is tried by running `true` in it); a
// level by name must work. ERROR_UNAVAILABLE says why not. `none` is never chosen by auto: where
// nothing else works, auto fails and says so.
MUST_CHECK bool sandbox_choose(const char *wanted, enum sandbox_level *out_level,
                               struct error *err);

#define SANDBOX_PATHS_MAX 8

struct sandbox_spec {
    const char *read_only[SANDBOX_PATHS_MAX]; // directories or files, ended by NULL; missing ones
                                              // are left out
    const char *writable[SANDBOX_PATHS_MAX];
    const char *etc_flink;   // directory shown as /etc/flink; NULL = none
    const char *hosts_file;  // shown as /etc/hosts; must map the host name "kobel"
    const char *passwd_file; // shown as /etc/passwd
    const char *directory;   // working directory
};

// Puts the sandbox's part in front of a command line: what is added to `out` is followed by the
// command itself. `seccomp_fd` is the descriptor number of the filter in the child, or -1.
void sandbox_wrap(enum sandbox_level level, const struct sandbox_spec *spec, int seccomp_fd,
                  struct argument_list *out);

// A descriptor with the filter for one process, closed by the caller after the start.
MUST_CHECK bool sandbox_open_filter(int *out_fd, struct error *err);
