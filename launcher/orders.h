// What kobel-launch is asked to do, read from its command line before anything is done:
//
//   kobel-launch [--parent PID] [--keep] [--group DIR]... [--data BYTES] [--processes N]
//                [--no-capabilities] [--closed-ports A-B] [--own-ports A-B] [--closed-port P]
//                [--read PATH]... [--write PATH]... [--filter FD] [--preload FILE]
//                [--directory DIR] -- COMMAND [ARGUMENT]...
//       puts itself behind the fence that the options describe and becomes the command; with
//       --keep a child of it does, and all that the command leaves ends with it (keeper.h).
//   kobel-launch --enter PID --show FROM TO... --hide DIR
//       mounts directories into the sandbox that bubblewrap process PID watches over.
//   kobel-launch [--parent PID] --remove -- PATH...
//       removes what nobody needs any more, whatever rights its directories have.
#pragma once

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define ORDERS_GROUPS_MAX 4
#define ORDERS_PATHS_MAX  96
#define ORDERS_SHOWS_MAX  4

// Both ends belong to it; {0, 0} is empty.
struct port_range {
    uint16_t first;
    uint16_t last;
};

struct orders {
    pid_t parent; // ends when this process does; 0 = whatever the parent does
    bool keeps;   // what the command starts ends with it
    const char *groups[ORDERS_GROUPS_MAX]; // control groups to join
    size_t group_count;
    int64_t data_bytes; // RLIMIT_DATA; 0 = none
    int64_t processes;  // RLIMIT_NPROC; 0 = none
    bool no_capabilities;
    struct port_range closed_ports; // TCP ports that are neither connected to nor listened on ...
    struct port_range own_ports;    // ... but these
    uint16_t closed_port;           // one more of the closed; 0 = none
    const char *readable[ORDERS_PATHS_MAX]; // where there is any path, all others are closed
    size_t readable_count;
    const char *writable[ORDERS_PATHS_MAX];
    size_t writable_count;
    int filter_fd;         // seccomp program; -1 = none
    const char *directory; // the command's working directory; NULL = this one
    const char *preload;   // library that is loaded before the command's own; NULL = none
    pid_t entered;         // 0 = no sandbox is entered
    struct {
        const char *from;
        const char *to;
    } shows[ORDERS_SHOWS_MAX];
    size_t show_count;
    const char *hidden;
    bool removes;   // what `command` names, instead of becoming it
    char **command; // NULL-terminated
};

// The texts are borrowed from `arguments`. ERROR_INVALID.
MUST_CHECK bool orders_read(int count, char **arguments, struct orders *out_orders,
                            struct error *err);
