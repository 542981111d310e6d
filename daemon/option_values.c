#include "daemon/option_values.h"

#include "base/clock.h"
#include "base/text.h"
#include "runtime/flink/cluster_silence.h"
#include "runtime/local/clusters.h"
#include "runtime/local/log_budget.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool copy_text(char *out, size_t size_bytes, const char *value, struct error *err) {
    return text_copy(out, size_bytes, value) ||
           error_set(err, ERROR_INVALID, "'%.60s...' is too long: at most %zu bytes", value,
                     size_bytes - 1);
}

// An option whose value is any text that fits.
#define READ_TEXT(member)                                                                          \
    bool option_read_##member(struct options *options, const char *value, struct error *err) {     \
        return copy_text(options->member, sizeof options->member, value, err);                     \
    }
READ_TEXT(listen)
READ_TEXT(ready_file)
READ_TEXT(data)
READ_TEXT(s3_root)
READ_TEXT(s3_ca_bundle)
READ_TEXT(sandbox)
READ_TEXT(from)

// Absolute, because programs get it that run in other directories.
bool option_read_runtimes(struct options *options, const char *value, struct error *err) {
    char here[FILE_PATH_MAX];

    if (value[0] == '/' || value[0] == '\0')
        return copy_text(options->runtimes, sizeof options->runtimes, value, err);
    if (getcwd(here, sizeof here) == NULL)
        return error_system(err, errno, "find the working directory");
    return file_join(options->runtimes, sizeof options->runtimes, err, here, value, NULL);
}

static bool read_port(const char *value, uint16_t *out_port, struct error *err) {
    int64_t port;

    if (!text_to_int64(value, &port) || port < 0 || port > 65535)
        return error_set(err, ERROR_INVALID, "'%s' is not a port: use 0 to 65535", value);
    *out_port = (uint16_t)port;
    return true;
}

bool option_read_port(struct options *options, const char *value, struct error *err) {
    return read_port(value, &options->port, err);
}

bool option_read_s3_port(struct options *options, const char *value, struct error *err) {
    return read_port(value, &options->s3_port, err);
}

bool option_read_allowed_host(struct options *options, const char *value, struct error *err) {
    size_t count = options->allowed_host_count;

    if (count == OPTIONS_ALLOWED_HOSTS_MAX)
        return error_set(err, ERROR_INVALID, "at most %d names may be given",
                         OPTIONS_ALLOWED_HOSTS_MAX);
    if (value[0] == '\0' || strpbrk(value, ":/ ") != NULL)
        return error_set(err, ERROR_INVALID,
                         "'%s' is not a host name: use one such as kobel.example, without a port",
                         value);
    if (!copy_text(options->allowed_host_texts[count], sizeof options->allowed_host_texts[count],
                   value, err))
        return false;
    options->allowed_host_count++;
    return true;
}

bool option_read_profile(struct options *options, const char *value, struct error *err) {
    return profile_from_name(value, &options->profile) ||
           error_set(err, ERROR_INVALID, "'%s' is not a profile: use dev or aws", value);
}

bool option_read_cluster_ports(struct options *options, const char *value, struct error *err) {
    char first[8];
    const char *dash = strchr(value, '-');
    int64_t from = 0;
    int64_t to = 0;

    bool is_range =
        dash != NULL && text_format(first, sizeof first, "%.*s", (int)(dash - value), value) &&
        text_to_int64(first, &from) && text_to_int64(dash + 1, &to) && from >= 1024 &&
        to <= UINT16_MAX && to - from + 1 >= PORT_POOL_MIN_SIZE && to - from + 1 <= PORT_POOL_MAX;
    if (!is_range)
        return error_set(err, ERROR_INVALID,
                         "'%s' is not a range of %d to %d ports: use one such as 21100-24099",
                         value, PORT_POOL_MIN_SIZE, PORT_POOL_MAX);
    options->first_port = (uint16_t)from;
    options->last_port = (uint16_t)to;
    return true;
}

bool option_read_memory_budget(struct options *options, const char *value, struct error *err) {
    return text_to_bytes(value, &options->memory_budget_bytes) ||
           error_set(err, ERROR_INVALID, "'%s' is not a size: use one such as 4g or 1500m", value);
}

bool option_read_kpu_memory(struct options *options, const char *value, struct error *err) {
    static const int64_t max_bytes = (int64_t)1 << 40;
    int64_t bytes;

    if (!text_to_bytes(value, &bytes) || bytes > max_bytes)
        return error_set(err, ERROR_INVALID, "'%s' is not a size: use one such as 2g or 512m",
                         value);
    options->headroom_bytes = bytes;
    return true;
}

bool option_read_job_env(struct options *options, const char *value, struct error *err) {
    size_t used = strlen(options->job_env);

    if (strchr(value, '=') == NULL)
        return error_set(err, ERROR_INVALID, "'%s' is not a variable: use KEY=VALUE", value);
    return text_format(options->job_env + used, sizeof options->job_env - used, "%s\n", value) ||
           error_set(err, ERROR_INVALID, "all variables for jobs together may have %zu kB",
                     sizeof options->job_env >> 10);
}

bool option_read_s3_endpoint(struct options *options, const char *value, struct error *err) {
    if (!text_starts_with(value, "http://") && !text_starts_with(value, "https://"))
        return error_set(err, ERROR_INVALID,
                         "'%s' is not an address: use one such as http://host:port", value);
    return copy_text(options->s3_endpoint, sizeof options->s3_endpoint, value, err);
}

bool option_read_auth(struct options *options, const char *value, struct error *err) {
    options->verifies_signatures = text_equal(value, "verify");
    return options->verifies_signatures || text_equal(value, "none") ||
           error_set(err, ERROR_INVALID, "'%s' is not a mode: use none or verify", value);
}

bool option_read_auth_key(struct options *options, const char *value, struct error *err) {
    if (options->auth_key_count == OPTIONS_AUTH_KEYS_MAX)
        return error_set(err, ERROR_INVALID, "at most %d keys may be given", OPTIONS_AUTH_KEYS_MAX);
    return auth_key_parse(value, &options->auth_keys[options->auth_key_count++], err);
}

static bool read_limit(const char *value, const char *wanted, int64_t *out, struct error *err) {
    int64_t limit;

    if (!text_to_int64(value, &limit) || limit < 1)
        return error_set(err, ERROR_INVALID, "'%s' is not a limit: use %s", value, wanted);
    *out = limit;
    return true;
}

static bool read_limit_or_none(const char *value, int64_t *out, struct error *err) {
    if (text_equal(value, "none")) {
        *out = APP_LIMIT_NONE;
        return true;
    }
    return read_limit(value, "a number of 1 or more, or none", out, err);
}

bool option_read_application_limit(struct options *options, const char *value, struct error *err) {
    return read_limit_or_none(value, &options->limits.applications, err);
}

bool option_read_enhanced_snapshot_limit(struct options *options, const char *value,
                                         struct error *err) {
    return read_limit(value, "a number of 1 or more", &options->limits.enhanced_snapshots, err);
}

bool option_read_snapshot_transfer_limit(struct options *options, const char *value,
                                         struct error *err) {
    return read_limit_or_none(value, &options->limits.snapshot_transfers, err);
}

bool option_read_snapshot_limit(struct options *options, const char *value, struct error *err) {
    return read_limit(value, "a number of 1 or more", &options->limits.snapshots, err);
}

bool option_read_kpu_limit(struct options *options, const char *value, struct error *err) {
    return read_limit(value, "a number of 1 or more", &options->limits.kpus, err);
}

bool option_read_maintenance(struct options *options, const char *value, struct error *err) {
    options->maintains = text_equal(value, "on");
    return options->maintains || text_equal(value, "off") ||
           error_set(err, ERROR_INVALID, "'%s' is not a mode: use on or off", value);
}

bool option_read_snapshot_retention(struct options *options, const char *value, struct error *err) {
    return retention_policy_parse(value, &options->retention, err);
}

bool option_read_spares(struct options *options, const char *value, struct error *err) {
    int64_t count;

    if (!text_to_int64(value, &count) || count < 0 || count > SPARES_MAX)
        return error_set(err, ERROR_INVALID, "'%s' is not a number of spare clusters: use 0 to %d",
                         value, SPARES_MAX);
    options->spares = (int)count;
    return true;
}

static bool read_time(const char *value, int64_t least_ms, const char *wanted, int64_t *out_ms,
                      struct error *err) {
    int64_t time_ms;

    if (!text_to_ms(value, &time_ms) || time_ms < least_ms)
        return error_set(err, ERROR_INVALID, "'%s' is not a time: %s", value, wanted);
    *out_ms = time_ms;
    return true;
}

bool option_read_silence_limit(struct options *options, const char *value, struct error *err) {
    return read_time(value, CLUSTER_SILENCE_LIMIT_MIN_MS, "use 2s or more, such as 30s",
                     &options->silence_limit_ms, err);
}

bool option_read_start_limit(struct options *options, const char *value, struct error *err) {
    return read_time(value, 1000, "use 1s or more, such as 10m", &options->start_limit_ms, err);
}

bool option_read_program_limit(struct options *options, const char *value, struct error *err) {
    return read_time(value, 1000, "use 1s or more, such as 60s", &options->program_limit_ms, err);
}

bool option_read_start_means(struct options *options, const char *value, struct error *err) {
    options->start_means_all_tasks = text_equal(value, "all-tasks");
    return options->start_means_all_tasks || text_equal(value, "job") ||
           error_set(err, ERROR_INVALID, "'%s' is not known: use job or all-tasks", value);
}

bool option_read_min_running(struct options *options, const char *value, struct error *err) {
    if (!read_time(value, 0, "use one such as 2s or 2m", &options->running_min_ms, err))
        return false;
    // 0 means the default to the controller.
    if (options->running_min_ms == 0) options->running_min_ms = 1;
    return true;
}

bool option_read_spare_max_age(struct options *options, const char *value, struct error *err) {
    return read_time(value, 0, "use one such as 30m or 2h", &options->spare_max_age_ms, err);
}

bool option_read_metrics_retention(struct options *options, const char *value, struct error *err) {
    return read_time(value, 0, "use one such as 12h or 15d", &options->metering.retention_ms, err);
}

bool option_read_time_scale(struct options *options, const char *value, struct error *err) {
    char *end = NULL;
    double scale = strtod(value, &end);

    if (end == value || *end != '\0' || !(scale >= CLOCK_SCALE_MIN && scale <= CLOCK_SCALE_MAX))
        return error_set(err, ERROR_INVALID, "'%s' is not a time scale: use 0.001 to 100000",
                         value);
    options->time_scale = scale;
    return true;
}

bool option_read_metrics_interval(struct options *options, const char *value, struct error *err) {
    int64_t interval_ms;

    if (!text_to_ms(value, &interval_ms) || interval_ms > 60000 ||
        (interval_ms != 0 && interval_ms < 1000))
        return error_set(err, ERROR_INVALID,
                         "'%s' is not an interval: use 1s to 60s, or 0s for never", value);
    options->metering.interval_ms = interval_ms;
    return true;
}

bool option_read_autoscaling(struct options *options, const char *value, struct error *err) {
    return scaling_policy_from_name(value, &options->metering.policy) ||
           error_set(err, ERROR_INVALID, "'%s' is not a policy: use throughput or msf", value);
}

bool option_read_log_budget(struct options *options, const char *value, struct error *err) {
    int64_t bytes;

    if (!text_to_bytes(value, &bytes) || bytes < LOG_BUDGET_MIN_BYTES)
        return error_set(err, ERROR_INVALID, "'%s' is not a size: use 1m or more, such as 200m",
                         value);
    options->log_budget_bytes = bytes;
    return true;
}

bool option_read_log_level(struct options *options, const char *value, struct error *err) {
    return log_level_from_name(value, &options->log_level) ||
           error_set(err, ERROR_INVALID, "'%s' is not a log level: use error, warn, info or debug",
                     value);
}

bool option_read_all(struct options *options, const char *value, struct error *err) {
    (void)value;
    (void)err;
    options->installs_all = true;
    return true;
}

bool option_read_python(struct options *options, const char *value, struct error *err) {
    (void)value;
    (void)err;
    options->with_python = true;
    return true;
}

bool option_read_force(struct options *options, const char *value, struct error *err) {
    (void)value;
    (void)err;
    options->forces = true;
    return true;
}
