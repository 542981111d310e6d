// Mounts the directories of an application into the sandboxes of a spare that it has claimed.
// Before, the sandboxes show the directories of no application. Afterwards they show those of this
// one and can never show others: the parent directory is unmounted before the cluster is READY, and
// so before the application's program runs.
#pragma once

#include "runtime/local/cluster_process.h"

struct claim_mounts;

struct claim_mounts_options {
    const struct sandbox *sandbox;             // with namespaces; borrowed for the call
    const struct cluster_processes *processes; // borrowed for the call
    const struct workspace_paths *paths; // of the application's cluster; borrowed for the call
    const char *apps_directory;          // what the sandboxes have as `shown_later`
    const char *mark;                    // see orphans.h
    // `failure` NULL: mounted everywhere. May free the mounts.
    void (*on_done)(void *userdata, const char *failure);
    void *userdata;
};

// ERROR_SYSTEM: the spare is not usable any more.
MUST_CHECK bool claim_mounts_begin(sd_event *loop, const struct claim_mounts_options *options,
                                   struct claim_mounts **out_mounts, struct error *err);
void claim_mounts_free(struct claim_mounts *mounts); // NULL is legal
DEFINE_AUTO(claim_mounts_free, struct claim_mounts *);
