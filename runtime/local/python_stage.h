// Prepares a program in Python while its cluster boots: unpacks the zip, and installs what its
// requirements.txt names. Both are done by child processes.
//
//   <cluster>/conf/program/          the files of the zip; no job can write there
//   <data>/python/<key>/             packages, by the content of requirements.txt, the runtime and
//                                    the interpreter: installed once, for all applications
//   <cluster>/etc/python_path        where the packages are; read by kobel_python.py
#pragma once

#include "runtime/local/machine.h"
#include "runtime/local/workspace.h"

struct python_stage;

struct python_stage_options {
    const struct machine *machine;       // borrowed as long as the stage is there
    const struct workspace_paths *paths; // of the cluster; borrowed as long as the stage is there
    enum runtime_environment runtime;
    const char *code_sha256; // of the code in the store; borrowed for the call
    // Called once, not from within python_stage_begin(). `err` NULL: the program is prepared.
    // ERROR_SYSTEM: this machine failed; otherwise the program is not usable.
    void (*on_done)(void *userdata, const struct error *err);
    void *userdata;
};

// Where the program is, by the path that the sandboxes show: that of the spare that the cluster
// was.
MUST_CHECK bool python_stage_directory(const struct workspace_paths *paths,
                                       char out_path[static FILE_PATH_MAX], struct error *err);
MUST_CHECK bool python_stage_begin(const struct python_stage_options *options,
                                   struct python_stage **out_stage, struct error *err);
void python_stage_free(struct python_stage *stage); // ends the children; NULL is legal
DEFINE_AUTO(python_stage_free, struct python_stage *);
