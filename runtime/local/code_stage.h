// Puts a program's jar where Flink looks for it: a copy of the stored code in the cluster's upload
// directory, which the program may write to. A copy, so that what it does to its jar harms itself
// only; and checked against its digest on the way, so that what runs is what was deployed.
//
// The copy is made in slices of the loop, the first one at once: a small jar costs no turn.
#pragma once

#include "base/cleanup.h"
#include "base/error.h"

#include <systemd/sd-event.h>

struct code_stage;

struct code_stage_spec {
    const char *code_path;   // in the store
    const char *code_sha256; // of that file; "": an earlier version kept none of a jar in a zip,
                             // and to refuse what runs today would help nobody
    const char *root;        // by the rules of base/file_inside.h, as a job may have been ...
    const char *directory;   // ... where the copy goes, below it
    const char *name;        // of the copy, which replaces whatever has that name
};

// Called once, not from within code_stage_begin(), unless the stage was freed before. `err` NULL:
// the copy is in its place. ERROR_UNAVAILABLE: the stored code is damaged.
typedef void code_stage_done_fn(void *userdata, const struct error *err);

// *out_stage is NULL when the copy is in its place already, and `done` is not called then.
// ERROR_NOT_FOUND: the code is not in the store. ERROR_UNAVAILABLE: it is damaged. ERROR_SYSTEM.
MUST_CHECK bool code_stage_begin(sd_event *loop, const struct code_stage_spec *spec,
                                 code_stage_done_fn *done, void *userdata,
                                 struct code_stage **out_stage, struct error *err);
void code_stage_free(struct code_stage *stage); // NULL is legal
DEFINE_AUTO(code_stage_free, struct code_stage *);
