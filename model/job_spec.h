// The part of a configuration that kobel needs to run the job. Everything else stays JSON.
#pragma once

#include "base/json.h"
#include "model/app_version.h"
#include "model/runtime_environment.h"

struct job_spec {
    enum runtime_environment runtime;
    int parallelism;         // the configured one; in a submission, the one to run with
    int parallelism_per_kpu; // slots per KPU
    bool checkpointing_enabled;
    int64_t checkpoint_interval_ms;
    int64_t min_pause_ms;
    bool snapshots_enabled;
    bool uses_enhanced_snapshots; // SnapshotMode
    bool rollback_enabled;
    bool auto_scaling_enabled;
    bool is_python;                     // the program is in Python (model/python_options.h)
    char key_arn[ENCRYPTION_KEY_SIZE];  // "" = AWS_OWNED_KEY
    char log_level[8];                  // INFO, WARN, ERROR, DEBUG
    char code_sha256[CODE_SHA256_SIZE]; // "" = no code
};

// Reads the record of a version. Missing members get the service's defaults (facts/api.md 3.2).
void job_spec_read(const struct app_version *version, struct job_spec *out_spec);

// ceil(parallelism / per_kpu): the KPUs of a job, without the one for orchestration
// (facts/service.md 3).
int64_t job_spec_kpus_of(int64_t parallelism, int64_t per_kpu);
int job_spec_kpus(const struct job_spec *spec);

// The content of /etc/flink/application_properties.json: [{PropertyGroupId, PropertyMap}, ...]. The
// caller frees.
char *job_spec_properties_text(const struct app_version *version);
