#include "model/job_spec.h"

#include "base/memory.h"

#include <criterion/criterion.h>
#include <string.h>

static struct app_version version_of(const char *config) {
    struct app_version version = {.version = 1, .code_sha256 = "abc"};
    struct error err;

    cr_assert(json_parse(config, strlen(config), &version.config, &err), "%s", err.message);
    return version;
}

Test(job_spec, has_the_defaults_of_the_service) {
    AUTO(app_version_release) struct app_version version = version_of("{}");
    struct job_spec spec;

    job_spec_read(&version, &spec);
    cr_assert_eq(spec.runtime, RUNTIME_DEFAULT);
    cr_assert_eq(spec.parallelism, 1);
    cr_assert_eq(spec.parallelism_per_kpu, 1);
    cr_assert(spec.auto_scaling_enabled);
    cr_assert(spec.checkpointing_enabled);
    cr_assert_eq(spec.checkpoint_interval_ms, 60000);
    cr_assert_eq(spec.min_pause_ms, 5000);
    cr_assert(spec.snapshots_enabled);
    cr_assert_not(spec.uses_enhanced_snapshots);
    cr_assert_not(spec.rollback_enabled);
    cr_assert_str_eq(spec.log_level, "INFO");
    cr_assert_str_eq(spec.code_sha256, "abc");
}

Test(job_spec, is_what_the_record_says) {
    AUTO(app_version_release)
    struct app_version version = version_of(
        "{\"RuntimeEnvironment\":\"FLINK-2_2\",\"ApplicationConfigurationDescription\":{"
        "\"FlinkApplicationConfigurationDescription\":{"
        "\"ParallelismConfigurationDescription\":{\"Parallelism\":8,\"ParallelismPerKPU\":4,"
        "\"AutoScalingEnabled\":false},"
        "\"CheckpointConfigurationDescription\":{\"CheckpointingEnabled\":false,"
        "\"CheckpointInterval\":1000,\"MinPauseBetweenCheckpoints\":10},"
        "\"MonitoringConfigurationDescription\":{\"LogLevel\":\"DEBUG\"}},"
        "\"ApplicationSnapshotConfigurationDescription\":{\"SnapshotsEnabled\":false,"
        "\"SnapshotMode\":\"ENHANCED_SNAPSHOTS\"},"
        "\"ApplicationSystemRollbackConfigurationDescription\":{\"RollbackEnabled\":true}}}");
    struct job_spec spec;

    job_spec_read(&version, &spec);
    cr_assert_eq(spec.runtime, RUNTIME_FLINK_2_2);
    cr_assert_eq(spec.parallelism, 8);
    cr_assert_eq(spec.parallelism_per_kpu, 4);
    cr_assert_not(spec.auto_scaling_enabled);
    cr_assert_not(spec.checkpointing_enabled);
    cr_assert_eq(spec.checkpoint_interval_ms, 1000);
    cr_assert_eq(spec.min_pause_ms, 10);
    cr_assert_not(spec.snapshots_enabled);
    cr_assert(spec.uses_enhanced_snapshots);
    cr_assert(spec.rollback_enabled);
    cr_assert_str_eq(spec.log_level, "DEBUG");
}

Test(job_spec, needs_whole_kpus) {
    static const int rows[][3] = {{1, 1, 1}, {8, 4, 2}, {9, 4, 3}, {1, 8, 1}};

    for (size_t index = 0; index < COUNT_OF(rows); index++) {
        struct job_spec spec = {.parallelism = rows[index][0],
                                .parallelism_per_kpu = rows[index][1]};
        cr_assert_eq(job_spec_kpus(&spec), rows[index][2], "row %zu", index);
    }
}

Test(job_spec, properties_are_those_of_the_groups) {
    AUTO(app_version_release) struct app_version none = version_of("{}");
    AUTO(app_version_release)
    struct app_version some = version_of(
        "{\"ApplicationConfigurationDescription\":{\"EnvironmentPropertyDescriptions\":{"
        "\"PropertyGroupDescriptions\":[{\"PropertyGroupId\":\"g\",\"PropertyMap\":{}}]}}}");
    AUTO(memory_free) char *no_text = job_spec_properties_text(&none);
    AUTO(memory_free) char *text = job_spec_properties_text(&some);

    cr_assert_str_eq(no_text, "[]");
    cr_assert_str_eq(text, "[{\"PropertyGroupId\":\"g\",\"PropertyMap\":{}}]");
}
