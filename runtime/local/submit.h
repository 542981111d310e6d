// Submits a job to a cluster: its code is copied to where Flink looks for jars, then Flink runs it.
#pragma once

#include "runtime/code_store.h"
#include "runtime/flink/cluster_watch.h"
#include "runtime/local/code_stage.h"
#include "runtime/local/workspace.h"

struct submit;

struct submit_options {
    const struct code_port *code;        // borrowed for the call
    const struct workspace_paths *paths; // of the cluster; borrowed for the call
    const char *runtimes_directory;      // borrowed for the call
    const char *program_failure;         // of a program in Python; borrowed for the call
    bool is_staged; // submit_stage_jar() has put the job's jar in its place; no job has run since
    struct cluster_watch *watch; // borrowed as long as the submission is there
    // The cluster is not usable for this job or another one. Called within submit_begin(), too.
    void (*on_unusable)(void *userdata, const char *reason);
    // The job was handed to Flink, or rejected: the watch's view shows which. Not called within
    // submit_begin(). May free the submission.
    void (*on_done)(void *userdata);
    void *userdata;
};

// Writes the job's properties.
MUST_CHECK bool submit_write_properties(const struct workspace_paths *paths,
                                        const struct submission *job, struct error *err);
// Puts the jar in its place before there is a submission: the job that is to be replaced runs on
// meanwhile. As code_stage_begin(). ERROR_INVALID: the code cannot run.
MUST_CHECK bool submit_stage_jar(sd_event *loop, const struct code_port *code,
                                 const struct workspace_paths *paths, const char *code_sha256,
                                 code_stage_done_fn *done, void *userdata,
                                 struct code_stage **out_stage, struct error *err);
// *out_submit is NULL when the job was handed to Flink already. ERROR_NOT_FOUND, ERROR_UNAVAILABLE:
// see code_stage.h.
MUST_CHECK bool submit_begin(sd_event *loop, const struct submit_options *options,
                             const struct submission *job, struct submit **out_submit,
                             struct error *err);
void submit_free(struct submit *submit); // stops the copying; NULL is legal
DEFINE_AUTO(submit_free, struct submit *);
