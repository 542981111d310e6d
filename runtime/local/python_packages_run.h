// Installs the packages that a program in Python requires, once by content: pip runs in a sandbox
// of its own, because packages may run programs when they are installed. It has the network, the
// daemon's PIP_* variables and those of its proxies, and what jobs get by --job-env.
#pragma once

#include "runtime/installed/catalog.h"
#include "runtime/local/machine.h"
#include "runtime/local/workspace.h"

struct python_packages_run;

// All are borrowed as long as the run is there.
struct python_packages_order {
    const struct machine *machine;
    const struct workspace_paths *paths; // of the cluster
    const struct installed_runtime *runtime;
    const char *requirements; // the file; borrowed for the call
    const char *program;      // its directory; borrowed for the call
    const char *code_sha256;  // of the code with the two; borrowed for the call
    // Called once, not from within python_packages_run_begin(). Exactly one is not NULL:
    // `python_path` has a directory a line. ERROR_INVALID: pip failed; the text has its last lines.
    void (*on_done)(void *userdata, const char *python_path, const struct error *err);
    void *userdata;
};

MUST_CHECK bool python_packages_run_begin(const struct python_packages_order *order,
                                          struct python_packages_run **out_run, struct error *err);
void python_packages_run_free(struct python_packages_run *run); // ends pip; NULL is legal
DEFINE_AUTO(python_packages_run_free, struct python_packages_run *);

// Removes what installations have left that ended with their daemon. A directory that cannot be
// read is left alone.
void python_packages_run_clean(const char *data_directory);

// What of pip's output says why it failed: its last lines with "ERROR:", or the last line. Pure.
void python_packages_run_reason(const char *output, char *out, size_t size_bytes);
