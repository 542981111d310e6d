// How the processes of an application are fenced in. Whatever the level, each is started by
// kobel-launch (launcher/), which joins its control groups, makes it end with the daemon and puts
// up the fence before it becomes the process.
//
// `full`: bubblewrap gives each process its own user, process, IPC and host-name namespaces, a
// read-only /usr, a private /tmp and /proc, no capabilities and no new privileges; a seccomp filter
// refuses the calls by which a process gets out or digs into the kernel. Only what sandbox_spec
// names is visible beside that, at the same paths as outside: Flink writes absolute paths into its
// checkpoints, so a level can change between two runs.
// `contained`: the same with the host's /proc, read-only, and the host's name: most containers
// allow no other.
// `scoped`: no namespaces; Landlock closes all other files, the same filter, no capabilities. It
// has no /tmp of its own.
// `none`: a plain child process.
//
// All but `none` also close the TCP ports of other clusters and of kobel's own API, where the
// kernel can (Linux 6.7); everything else on the network stays open, since brokers live there.
// What each level holds back, and what it does not: sandbox_holds.h.
#pragma once

#include "base/error.h"
#include "base/file.h"
#include "runtime/host/argument_list.h"

#include <stdint.h>
#include <sys/types.h>

// From the strongest on: the order in which "auto" tries them.
enum sandbox_level {
    SANDBOX_FULL,
    SANDBOX_CONTAINED,
    SANDBOX_SCOPED,
    SANDBOX_NONE,
    SANDBOX_LEVEL_COUNT
};

const char *sandbox_level_name(enum sandbox_level level); // "full"

// A seccomp program, as the kernel takes it.
struct sandbox_filter {
    unsigned char program[8192];
    size_t size_bytes;
};

struct sandbox {
    enum sandbox_level level;
    int landlock;                 // the kernel's interface; 0 = none
    bool closes_user_namespaces;  // by bubblewrap, beside the filter
    bool limits_temporary_files;  // bubblewrap knows sizes
    char launcher[FILE_PATH_MAX]; // kobel-launch
    char preload[FILE_PATH_MAX];  // libkobel-properties.so
    struct sandbox_filter filter; // empty at `none`
};

// Why the levels before the chosen one do not work here; "" where they do or were not asked for.
struct sandbox_refusals {
    char why[SANDBOX_LEVEL_COUNT][300];
};

// What the caller has to do anyway, beside a trial that takes milliseconds.
struct sandbox_meanwhile {
    void (*run)(void *userdata);
    void *userdata;
};

// "auto" takes the best level that works on this host (it is tried by running a program in it); a
// level by name must work. ERROR_UNAVAILABLE says why not, in bubblewrap's own words. `none` is
// never chosen by auto: where nothing else works, auto fails and says so. The launcher and the
// preloaded library lie beside the running program, or where the environment variables
// KOBEL_LAUNCHER and KOBEL_PRELOAD say. `meanwhile` is called beside each trial, in
// the caller's thread, perhaps several times and perhaps never; it and `out_refusals` may be NULL.
MUST_CHECK bool sandbox_choose(const char *wanted, const struct sandbox_meanwhile *meanwhile,
                               struct sandbox *out_sandbox, struct sandbox_refusals *out_refusals,
                               struct error *err);

// A /tmp, a /etc/flink and process numbers of its own, and mounts that sandbox_show() can add to.
bool sandbox_has_namespaces(enum sandbox_level level);
// The TCP ports of other clusters and of kobel's API.
bool sandbox_closes_ports(const struct sandbox *sandbox);

#define SANDBOX_PATHS_MAX  8
#define SANDBOX_GROUPS_MAX 3
// Where `shown_later` is until sandbox_show() has taken it away.
#define SANDBOX_LATER "/kobel-later"
// Where the service puts an application's properties. Where a level has no /etc/flink of its own,
// the preloaded library opens what KOBEL_APPLICATION_PROPERTIES names instead.
#define SANDBOX_PROPERTIES "/etc/flink/application_properties.json"

struct sandbox_ports {
    uint16_t first;
    uint16_t count; // 0 = none
};

struct sandbox_spec {
    const char *read_only[SANDBOX_PATHS_MAX]; // directories or files, ended by NULL; missing ones
                                              // are left out
    const char *writable[SANDBOX_PATHS_MAX];
    const char *etc_flink;   // directory shown as /etc/flink; NULL = none
    const char *hosts_file;  // shown as /etc/hosts; must map the host name "kobel"
    const char *passwd_file; // shown as /etc/passwd
    const char *directory;   // working directory
    const char *shown_later; // with namespaces only: parts of it are shown by sandbox_show(), none
                             // before what runs inside is somebody's program; NULL = nothing
    const char *groups[SANDBOX_GROUPS_MAX + 1]; // control groups to join, ended by NULL
    int64_t data_bytes;                         // where no group limits memory; 0 = no limit
    int processes;                              // where no group limits them; 0 = no limit
    int64_t temporary_bytes;           // with namespaces: of /tmp, and of /dev/shm; 0 = no limit
    struct sandbox_ports closed_ports; // of all clusters
    struct sandbox_ports own_ports;
    uint16_t api_port; // kobel's own; 0 = open
    int filter_fd;     // sandbox_open_filter()'s, the same number in the child; -1 = none
};

// Puts the sandbox's part in front of a command line: what is added to `out` is followed by the
// command itself.
void sandbox_wrap(const struct sandbox *sandbox, const struct sandbox_spec *spec,
                  struct argument_list *out);

// The command that shows `paths` (at most 4, below spec.shown_later, ended by NULL) to the process
// `pid` that a wrapped command line with namespaces became, at the same place as outside, and takes
// the rest away.
void sandbox_show(const struct sandbox *sandbox, pid_t pid, const char *shown_later,
                  const char *const *paths, struct argument_list *out);

// The filter of a level with or without namespaces.
MUST_CHECK bool sandbox_filter_build(bool has_namespaces, struct sandbox_filter *out_filter,
                                     struct error *err);
// A descriptor with the filter for one process, closed by the caller after the start; -1 at `none`.
MUST_CHECK bool sandbox_open_filter(const struct sandbox *sandbox, int *out_fd, struct error *err);
