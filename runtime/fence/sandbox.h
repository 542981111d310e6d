// The sandbox of an application's processes. At every level kobel-launch (launcher/) starts each
// process: it joins the control groups, makes the process end with the daemon, puts up the fence,
// and then becomes the process.
//
// `full`: bubblewrap gives each process its own user, process, IPC and host-name namespaces, a
// read-only /usr, a private /tmp and /proc, no capabilities and no new privileges. A seccomp filter
// refuses the system calls that lead out of the sandbox or reach seldom used parts of the kernel.
// In addition only the files of sandbox_spec are visible, at the same paths as outside: Flink
// writes absolute paths into its checkpoints, so the level may change between two runs.
// `contained`: the same with the host's /proc, read-only, and the host's name, because most
// containers allow no new /proc.
// `scoped`: no namespaces; Landlock closes all other files; the same filter, no capabilities. There
// is not a private /tmp.
// `none`: a plain child process.
//
// All but `none` also close the TCP ports of other clusters and of kobel's API, where the kernel
// can (Linux 6.7). The rest of the network stays open, because jobs need it for brokers and
// databases. What each level holds back, and what it does not: sandbox_holds.h.
#pragma once

#include "base/error.h"
#include "base/file.h"
#include "runtime/fence/sandbox_filter.h"
#include "runtime/host/argument_list.h"

#include <stdint.h>
#include <sys/types.h>

// The strongest first, which is the order in which "auto" tries them.
enum sandbox_level {
    SANDBOX_FULL,
    SANDBOX_CONTAINED,
    SANDBOX_SCOPED,
    SANDBOX_NONE,
    SANDBOX_LEVEL_COUNT
};

const char *sandbox_level_name(enum sandbox_level value); // "full"
bool sandbox_level_from_name(const char *name, enum sandbox_level *out_value);

struct sandbox {
    enum sandbox_level level;
    int landlock;                 // version of the kernel's interface; 0 = none
    bool closes_user_namespaces;  // by bubblewrap, in addition to the filter
    bool limits_temporary_files;  // bubblewrap knows the option --size
    char launcher[FILE_PATH_MAX]; // kobel-launch
    char preload[FILE_PATH_MAX];  // libkobel-properties.so
    struct sandbox_filter filter; // empty at `none`
};

// Why the levels before the chosen one do not work here; "" where a level works or was not tried.
struct sandbox_refusals {
    char why[SANDBOX_LEVEL_COUNT][300];
};

// Work of the caller that is done while a trial runs, which takes milliseconds.
struct sandbox_meanwhile {
    void (*run)(void *userdata);
    void *userdata;
};

// "auto" chooses the best level that works on this host, which is tried by running a program in it;
// a level given by name must work. ERROR_UNAVAILABLE has the reason, in bubblewrap's words. "auto"
// never chooses `none`: it fails where no other level works. The launcher and the preloaded library
// lie beside the running program, or where the environment variables KOBEL_LAUNCHER and
// KOBEL_PRELOAD point to. `meanwhile` is called during each trial, in the caller's thread, so any
// number of times; it and `out_refusals` may be NULL.
MUST_CHECK bool sandbox_choose(const char *wanted, const struct sandbox_meanwhile *meanwhile,
                               struct sandbox *out_sandbox, struct sandbox_refusals *out_refusals,
                               struct error *err);

// True: processes have a private /tmp, /etc/flink and process numbers; sandbox_show() works.
bool sandbox_has_namespaces(enum sandbox_level level);
// True: the TCP ports of other clusters and of kobel's API are closed.
bool sandbox_closes_ports(const struct sandbox *sandbox);

#define SANDBOX_PATHS_MAX  8
#define SANDBOX_GROUPS_MAX 3
// Where `shown_later` is mounted until sandbox_show() removes it.
#define SANDBOX_LATER "/kobel-later"
// The path of an application's properties on the service. At a level without a private /etc/flink,
// the preloaded library opens the file in KOBEL_APPLICATION_PROPERTIES instead.
#define SANDBOX_PROPERTIES "/etc/flink/application_properties.json"

// Programs for the service name these files (facts/service.md 2). Ended by NULL.
extern const char *const sandbox_trust_stores[];

struct sandbox_ports {
    uint16_t first;
    uint16_t count; // 0 = none
};

struct sandbox_spec {
    // Directories or files, ended by NULL; missing ones are left out.
    const char *read_only[SANDBOX_PATHS_MAX];
    const char *writable[SANDBOX_PATHS_MAX];
    const char *etc_flink;   // directory shown as /etc/flink; NULL = none
    const char *hosts_file;  // shown as /etc/hosts; must map the host name "kobel"
    const char *passwd_file; // shown as /etc/passwd
    const char *directory;   // working directory
    // With namespaces only: the certificates that programs find where Amazon Corretto has them, see
    // sandbox_trust_stores; NULL = none. The preloaded library knows them by the environment.
    const char *trust_store;
    // With namespaces only: a directory of which sandbox_show() shows parts later, when the process
    // gets an application; NULL = none.
    const char *shown_later;
    const char *groups[SANDBOX_GROUPS_MAX + 1]; // control groups to join, ended by NULL
    int64_t data_bytes;                         // RLIMIT_DATA, without a memory group; 0 = none
    int processes;                              // RLIMIT_NPROC, without a pids group; 0 = none
    int64_t temporary_bytes;           // with namespaces: of /tmp, and of /dev/shm; 0 = no limit
    struct sandbox_ports closed_ports; // of all clusters
    struct sandbox_ports own_ports;
    uint16_t api_port; // kobel's own; 0 = open
    uint16_t s3_port;  // of kobel's S3 endpoint: can be connected to, but not listened on; 0 = none
    int filter_fd;     // from sandbox_open_filter(); the same number in the child; -1 = none
};

// Adds the sandbox's part of a command line to `out`; the caller adds the command itself.
void sandbox_wrap(const struct sandbox *sandbox, const struct sandbox_spec *spec,
                  struct argument_list *out);

// The command that shows `paths` (at most 4, below spec.shown_later, ended by NULL), at the same
// place as outside, to the process `pid` of a wrapped command with namespaces, and hides the rest.
void sandbox_show(const struct sandbox *sandbox, pid_t pid, const char *shown_later,
                  const char *const *paths, struct argument_list *out);

// A descriptor with the filter for one process; the caller closes it after the start; -1 at `none`.
MUST_CHECK bool sandbox_open_filter(const struct sandbox *sandbox, int *out_fd, struct error *err);
