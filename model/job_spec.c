#include "model/job_spec.h"

#include "base/text.h"
#include "model/python_options.h"
#include "model/record.h"

void job_spec_read(const struct app_version *version, struct job_spec *out_spec) {
    const json_t *config = version->config;
    const json_t *parallelism = record_parallelism(config);
    const json_t *checkpoints = record_flink_block(config, "CheckpointConfigurationDescription");
    const json_t *monitoring = record_flink_block(config, "MonitoringConfigurationDescription");
    struct python_options python;
    struct job_spec spec = {0};

    spec.runtime = RUNTIME_DEFAULT;
    (void)runtime_environment_from_name(json_text(config, "RuntimeEnvironment"), &spec.runtime);
    spec.parallelism = (int)json_int_or(parallelism, "Parallelism", 1);
    spec.parallelism_per_kpu = (int)json_int_or(parallelism, "ParallelismPerKPU", 1);
    spec.auto_scaling_enabled = json_bool_or(parallelism, "AutoScalingEnabled", true);
    spec.checkpointing_enabled = json_bool_or(checkpoints, "CheckpointingEnabled", true);
    spec.checkpoint_interval_ms = json_int_or(checkpoints, "CheckpointInterval", 60000);
    spec.min_pause_ms = json_int_or(checkpoints, "MinPauseBetweenCheckpoints", 5000);
    spec.snapshots_enabled = json_bool_or(record_snapshots(config), "SnapshotsEnabled", true);
    spec.uses_enhanced_snapshots = record_uses_enhanced_snapshots(config);
    (void)text_copy(spec.key_arn, sizeof spec.key_arn, record_key_arn(config));
    spec.rollback_enabled =
        json_bool_or(record_block(config, "ApplicationSystemRollbackConfigurationDescription"),
                     "RollbackEnabled", false);
    (void)text_copy(spec.log_level, sizeof spec.log_level,
                    json_text_or(monitoring, "LogLevel", "INFO"));
    (void)text_copy(spec.code_sha256, sizeof spec.code_sha256, version->code_sha256);
    spec.is_python = python_options_read(record_property_groups(config), &python);
    *out_spec = spec;
}

int64_t job_spec_kpus_of(int64_t parallelism, int64_t per_kpu) {
    return parallelism / per_kpu + (parallelism % per_kpu != 0);
}

int job_spec_kpus(const struct job_spec *spec) {
    return (int)job_spec_kpus_of(spec->parallelism, spec->parallelism_per_kpu);
}

char *job_spec_properties_text(const struct app_version *version) {
    const json_t *groups = record_property_groups(version->config);

    if (groups == NULL) {
        AUTO(json_decref) json_t *none = json_new_array();
        return json_print(none);
    }
    return json_print(groups);
}
