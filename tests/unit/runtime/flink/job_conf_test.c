// The settings that a job gets with its submission.
#include "runtime/flink/job_conf.h"

#include "base/cleanup.h"
#include "base/json.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>

struct duration {
    int64_t ms;
    char text[16];
};

static struct duration durations[] = {{60000, "1 min"}, {7777, "7777 ms"}, {5000, "5 s"},
                                      {1, "1 ms"},      {0, "0 ms"},       {90000, "90 s"},
                                      {7200000, "2 h"}, {86400000, "1 d"}};

ParameterizedTestParameters(job_conf, prints_durations_as_flink_does) {
    return cr_make_param_array(struct duration, durations, COUNT_OF(durations));
}

ParameterizedTest(struct duration *duration, job_conf, prints_durations_as_flink_does) {
    char text[32];

    job_conf_print_duration(duration->ms, text, sizeof text);
    cr_assert(eq(str, text, duration->text));
}

Test(job_conf, gives_jobs_canonical_settings) {
    struct job_spec spec = {.runtime = RUNTIME_FLINK_1_20,
                            .checkpointing_enabled = true,
                            .checkpoint_interval_ms = 60000,
                            .min_pause_ms = 5000};
    AUTO(json_decref) json_t *settings = job_conf_settings(&spec, "file:///data/checkpoints");

    cr_assert(eq(str, (char *)json_text(settings, "execution.checkpointing.interval"), "1 min"));
    cr_assert(eq(str, (char *)json_text(settings, "execution.checkpointing.min-pause"), "5 s"));
    cr_assert(eq(str, (char *)json_text(settings, "execution.checkpointing.dir"),
                 "file:///data/checkpoints"));
    spec.checkpointing_enabled = false;
    AUTO(json_decref) json_t *without = job_conf_settings(&spec, "file:///data/checkpoints");
    cr_assert(json_text(without, "execution.checkpointing.interval") == NULL);
}

Test(job_conf, is_the_same_with_the_same_checkpoints) {
    const struct job_spec spec = {.runtime = RUNTIME_FLINK_1_15,
                                  .parallelism = 1,
                                  .checkpointing_enabled = true,
                                  .checkpoint_interval_ms = 60000,
                                  .min_pause_ms = 5000};
    struct job_spec other = spec;

    other.parallelism = 2; // is not one of the settings
    cr_assert(job_conf_equal(&spec, &other));
    other.checkpoint_interval_ms = 1000;
    cr_assert(not(job_conf_equal(&spec, &other)));
    other = spec;
    other.min_pause_ms = 0;
    cr_assert(not(job_conf_equal(&spec, &other)));
    other = spec;
    other.checkpointing_enabled = false;
    cr_assert(not(job_conf_equal(&spec, &other)));
    struct job_spec disabled = other;
    disabled.checkpoint_interval_ms = 1000; // is not used
    cr_assert(job_conf_equal(&other, &disabled));
}

Test(job_conf, aligns_watermarks_on_2_3_as_before) {
    static const char *const keys[] = {"pipeline.watermark-alignment.max-drift",
                                       "pipeline.watermark-alignment.buffer-size"};
    struct job_spec spec = {.runtime = RUNTIME_FLINK_2_2};
    AUTO(json_decref) json_t *before = job_conf_settings(&spec, "file:///data/checkpoints");
    spec.runtime = RUNTIME_FLINK_2_3;
    AUTO(json_decref) json_t *settings = job_conf_settings(&spec, "file:///data/checkpoints");

    for (size_t index = 0; index < COUNT_OF(keys); index++) {
        cr_assert(json_text(before, keys[index]) == NULL);
        cr_assert(eq(str, (char *)json_text(settings, keys[index]), "0"));
    }
}
