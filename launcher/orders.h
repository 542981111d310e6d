// The command line of kobel-launch, read completely before anything is done:
//
//   kobel-launch [--parent PID] [--keep] [--group DIR]... [--data BYTES] [--processes N]
//                [--no-capabilities] [--closed-ports A-B] [--own-ports A-B] [--closed-port P]
//                [--served-port P]
//                [--read PATH]... [--write PATH]... [--filter FD] [--preload FILE]
//                [--directory DIR] -- COMMAND [ARGUMENT]...
//       confines itself as the options say and executes the command; with --keep it executes the
//       command in a child and ends everything that the command leaves behind (keeper.h).
//   kobel-launch --enter PID --show FROM TO... --hide DIR
//       mounts directories into the sandbox of bubblewrap process PID.
//   kobel-launch [--parent PID] --remove -- PATH...
//       removes files and trees, also from directories without rights.
#pragma once

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define ORDERS_GROUPS_MAX 4
#define ORDERS_PATHS_MAX  96
#define ORDERS_SHOWS_MAX  4

// Includes both ends; {0, 0} is empty.
struct port_range {
    uint16_t first;
    uint16_t last;
};

struct orders {
    pid_t parent;                          // the process ends with this one; 0 = with none
    bool keeps;                            // everything that the command starts ends with it
    const char *groups[ORDERS_GROUPS_MAX]; // control groups to join
    size_t group_count;
    int64_t data_bytes; // RLIMIT_DATA; 0 = none
    int64_t processes;  // RLIMIT_NPROC; 0 = none
    bool no_capabilities;
    // TCP ports that can neither be connected to nor listened on ...
    struct port_range closed_ports;
    struct port_range own_ports;            // ... except these
    uint16_t closed_port;                   // one more closed port; 0 = none
    uint16_t served_port;                   // can be connected to, but not listened on; 0 = none
    const char *readable[ORDERS_PATHS_MAX]; // with any path, all others are closed
    size_t readable_count;
    const char *writable[ORDERS_PATHS_MAX];
    size_t writable_count;
    int filter_fd;         // seccomp program; -1 = none
    const char *directory; // the command's working directory; NULL = this one
    const char *preload;   // a library that is loaded before those of the command; NULL = none
    pid_t entered;         // 0 = do not enter a sandbox
    struct {
        const char *from;
        const char *to;
    } shows[ORDERS_SHOWS_MAX];
    size_t show_count;
    const char *hidden;
    bool removes;   // removes the paths in `command` instead of executing it
    char **command; // NULL-terminated
};

// The texts are borrowed from `arguments`. ERROR_INVALID.
MUST_CHECK bool orders_read(int count, char **arguments, struct orders *out_orders,
                            struct error *err);
