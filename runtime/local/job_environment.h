// The environment that every job gets from the daemon (facts/kobel.md 10).
#pragma once

#include "runtime/host/argument_list.h"
#include "runtime/local/aws_profile.h"

// Adds the lines KEY=VALUE of `lines` (of --job-env), then the variables AWS_* of the daemon's own
// environment (`variables`, NULL-terminated KEY=VALUE), which AWS SDKs in jobs read, but neither a
// Region nor what names files of the user. Without keys in both, adds those of `profile`, or
// test/test where it has none. Programs use the first of two variables with the same name.
void job_environment_collect(const char *lines, const char *const *variables,
                             const struct aws_keys *profile, struct argument_list *out);

// What differs by cluster; "" = none.
struct job_surroundings {
    const char *region;      // of the application
    const char *s3_endpoint; // that jobs use unless a variable names another one
    const char *ca_bundle;   // that jobs use as AWS_CA_BUNDLE
};

// Adds `common` (from job_environment_collect(); may be NULL), then the Region, the endpoint and
// the CA bundle.
void job_environment_add(const char *const *common, const struct job_surroundings *surroundings,
                         struct argument_list *out);
// The Region and the S3 endpoint that a job with these `common` variables has: a user may have
// given others. Borrowed; "" = none.
struct job_surroundings job_environment_of(const char *const *common,
                                           const struct job_surroundings *surroundings);
