// The settings of one job in a request to run it, as text only, and the setting by which a
// JobManager is recognised (facts/flink.md 4).
#pragma once

#include "base/json.h"
#include "model/job_spec.h"

#include <stddef.h>
#include <stdint.h>

// A setting that Flink does not use but reports: a name that no other cluster has. It distinguishes
// the cluster's JobManager from another one that listens at the same port by mistake.
#define JOB_CONF_INSTANCE      "kobel.instance"
#define JOB_CONF_INSTANCE_SIZE 36

void job_conf_choose_instance(char out[static JOB_CONF_INSTANCE_SIZE]);

// flinkConfiguration of a run request; lines of the cluster's configuration file for a Flink whose
// requests carry none (facts/flink.md 2.6). Canonical keys and values, because Flink compares them
// as text when the program configuration is locked. Checkpoints go to `checkpoints_uri`. The caller
// owns the result.
json_t *job_conf_settings(const struct job_spec *spec, const char *checkpoints_uri);

// Does a submission of the one ask for the same settings as of the other?
bool job_conf_equal(const struct job_spec *left, const struct job_spec *right);

// A duration as Flink prints it: "1 min", "7777 ms", "5 s", "2 h", "1 d".
void job_conf_print_duration(int64_t duration_ms, char *out, size_t size_bytes);
