// Copies a program's jar to where Flink looks for it: from the store to the cluster's upload
// directory, which the program may write to. A program that changes its jar harms only its own
// copy. The copy is checked against the digest, so that what runs is what was deployed.
//
// It is made in slices of the loop, the first one at once: a small jar costs no turn.
#pragma once

#include "base/cleanup.h"
#include "base/error.h"

#include <systemd/sd-event.h>

struct code_stage;

struct code_stage_spec {
    const char *code_path; // in the store
    // Of that file; "": an earlier version kept none for a jar in a zip. It is not checked then:
    // a refusal would stop an application that runs today.
    const char *code_sha256;
    // Where the copy goes: `directory` below `root`, opened by base/file_inside.h.
    const char *root;
    const char *directory;
    const char *name; // of the copy, which replaces what has that name
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
