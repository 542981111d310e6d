#include "runtime/flink/job_conf.h"

#include "base/random_id.h"
#include "base/text.h"

#include <inttypes.h>

void job_conf_choose_instance(char out[static JOB_CONF_INSTANCE_SIZE]) {
    // With a letter in front, or YAML might read "12e34" as a number.
    (void)text_copy(out, JOB_CONF_INSTANCE_SIZE, "id-");
    random_id_hex(out + 3, 32);
}

void job_conf_print_duration(int64_t duration_ms, char *out, size_t size_bytes) {
    // As org.apache.flink.util.TimeUtils.formatWithHighestUnit: the largest unit that divides it.
    static const struct {
        int64_t ms;
        const char *unit;
    } units[] = {{86400000, "d"}, {3600000, "h"}, {60000, "min"}, {1000, "s"}, {1, "ms"}};
    size_t at = 0;

    while (at + 1 < COUNT_OF(units) && (duration_ms == 0 || duration_ms % units[at].ms != 0))
        at++;
    (void)text_format(out, size_bytes, "%" PRId64 " %s", duration_ms / units[at].ms,
                      units[at].unit);
}

static void put_duration(json_t *settings, const char *key, int64_t duration_ms) {
    char text[32];

    job_conf_print_duration(duration_ms, text, sizeof text);
    json_put_text(settings, key, text);
}

bool job_conf_equal(const struct job_spec *left, const struct job_spec *right) {
    if (left->runtime != right->runtime ||
        left->checkpointing_enabled != right->checkpointing_enabled)
        return false;
    return !left->checkpointing_enabled ||
           (left->checkpoint_interval_ms == right->checkpoint_interval_ms &&
            left->min_pause_ms == right->min_pause_ms);
}

json_t *job_conf_settings(const struct job_spec *spec, const char *checkpoints_uri) {
    json_t *settings = json_new_object();

    if (spec->checkpointing_enabled) {
        put_duration(settings, "execution.checkpointing.interval", spec->checkpoint_interval_ms);
        put_duration(settings, "execution.checkpointing.min-pause", spec->min_pause_ms);
    }
    json_put_text(settings, "execution.checkpointing.mode", "EXACTLY_ONCE");
    put_duration(settings, "execution.checkpointing.timeout", 3600000);
    json_put_text(settings, "execution.checkpointing.max-concurrent-checkpoints", "1");
    // Kept however the job ends, because kobel removes checkpoints (facts/flink.md 5.2).
    json_put_text(settings, "execution.checkpointing.externalized-checkpoint-retention",
                  "RETAIN_ON_CANCELLATION");
    if (!runtime_environment_has_job_conf(spec->runtime)) return settings;
    json_put_text(settings, "execution.checkpointing.dir", checkpoints_uri);
    json_put_text(settings, "execution.checkpointing.num-retained", "1");
    json_put_text(settings, "execution.checkpointing.incremental", "true");
    json_put_text(settings, "state.backend.type", "rocksdb");
    if (runtime_environment_has_watermark_buffer(spec->runtime)) {
        // The service names the first, which Flink 2.3.0 does not know (facts/service.md 5).
        json_put_text(settings, "pipeline.watermark-alignment.max-drift", "0");
        json_put_text(settings, "pipeline.watermark-alignment.buffer-size", "0");
    }
    return settings;
}
