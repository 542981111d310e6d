// Watches a cluster that boots, and reports it when it makes no progress (boot_progress.h).
#pragma once

#include "runtime/flink/cluster_watch.h"
#include "runtime/local/cluster_process.h"

struct boot_watch;

struct boot_watch_options {
    const struct cluster_processes *processes; // borrowed as long as the watch is there
    const struct cluster_watch *watch;         // borrowed as long as the watch is there
    int slots;                                 // READY when so many are registered
    // How many stages that follow the registration of the slots have begun.
    int (*later_stages)(void *userdata);
    void (*on_stalled)(void *userdata, const char *reason);
    void *userdata;
};

// ERROR_SYSTEM.
MUST_CHECK bool boot_watch_new(sd_event *loop, const struct boot_watch_options *options,
                               struct boot_watch **out_watch, struct error *err);
// It boots again, as far as the watch is concerned: all progress counts from now on.
void boot_watch_restart(struct boot_watch *watch);
// It is READY or LOST.
void boot_watch_stop(struct boot_watch *watch);
void boot_watch_free(struct boot_watch *watch); // NULL is legal
DEFINE_AUTO(boot_watch_free, struct boot_watch *);
