#include "daemon/options.h"

#include "base/clock.h"
#include "base/environment.h"
#include "base/text.h"
#include "runtime/flink/cluster_silence.h"
#include "runtime/local/flink_cluster.h"
#include "runtime/local/log_budget.h"

#include <stdlib.h>
#include <string.h>

typedef bool parse_fn(struct options *options, const char *value, struct error *err);

struct option {
    const char *flag;
    const char *variable; // NULL: none
    const char *value;    // its name in the help; NULL: a switch
    const char *fallback; // shown in the help; parsed first. NULL: computed
    parse_fn *parse;
    const char *text;
};

static bool set_text(char *out, size_t size_bytes, const char *value, struct error *err) {
    return text_copy(out, size_bytes, value) ||
           error_set(err, ERROR_INVALID, "'%.60s...' is too long", value);
}

static bool parse_listen(struct options *options, const char *value, struct error *err) {
    return set_text(options->listen, sizeof options->listen, value, err);
}

static bool parse_port(struct options *options, const char *value, struct error *err) {
    int64_t port;

    if (!text_to_int64(value, &port) || port < 0 || port > 65535)
        return error_set(err, ERROR_INVALID, "'%s' is no port: 0 to 65535", value);
    options->port = (uint16_t)port;
    return true;
}

static bool parse_allowed_host(struct options *options, const char *value, struct error *err) {
    size_t count = options->allowed_host_count;

    if (count == OPTIONS_ALLOWED_HOSTS_MAX)
        return error_set(err, ERROR_INVALID, "more than %d names", OPTIONS_ALLOWED_HOSTS_MAX);
    if (value[0] == '\0' || strpbrk(value, ":/ ") != NULL)
        return error_set(err, ERROR_INVALID, "'%s' is no host name: kobel.example, without a port",
                         value);
    if (!set_text(options->allowed_host_texts[count], sizeof options->allowed_host_texts[count],
                  value, err))
        return false;
    options->allowed_host_count++;
    return true;
}

static bool parse_ready_file(struct options *options, const char *value, struct error *err) {
    return set_text(options->ready_file, sizeof options->ready_file, value, err);
}

static bool parse_data(struct options *options, const char *value, struct error *err) {
    return set_text(options->data, sizeof options->data, value, err);
}

static bool parse_runtimes(struct options *options, const char *value, struct error *err) {
    return set_text(options->runtimes, sizeof options->runtimes, value, err);
}

static bool parse_s3_root(struct options *options, const char *value, struct error *err) {
    return set_text(options->s3_root, sizeof options->s3_root, value, err);
}

static bool parse_profile(struct options *options, const char *value, struct error *err) {
    return profile_from_name(value, &options->profile) ||
           error_set(err, ERROR_INVALID, "'%s' is no profile: dev or aws", value);
}

static bool parse_sandbox(struct options *options, const char *value, struct error *err) {
    return set_text(options->sandbox, sizeof options->sandbox, value, err);
}

static bool parse_cluster_ports(struct options *options, const char *value, struct error *err) {
    char first[8];
    const char *dash = strchr(value, '-');
    int64_t from = 0;
    int64_t to = 0;

    bool is_range =
        dash != NULL && text_format(first, sizeof first, "%.*s", (int)(dash - value), value) &&
        text_to_int64(first, &from) && text_to_int64(dash + 1, &to) && from >= 1024 &&
        to <= UINT16_MAX && to - from + 1 >= PORT_POOL_MIN_SIZE && to - from + 1 <= PORT_POOL_MAX;
    if (!is_range)
        return error_set(err, ERROR_INVALID, "'%s' is no range of %d to %d ports: 21100-24099",
                         value, PORT_POOL_MIN_SIZE, PORT_POOL_MAX);
    options->first_port = (uint16_t)from;
    options->last_port = (uint16_t)to;
    return true;
}

static bool parse_memory_budget(struct options *options, const char *value, struct error *err) {
    return text_to_bytes(value, &options->memory_budget_bytes) ||
           error_set(err, ERROR_INVALID, "'%s' is no size: 4g, 1500m, ...", value);
}

static bool parse_job_env(struct options *options, const char *value, struct error *err) {
    size_t used = strlen(options->job_env);

    if (strchr(value, '=') == NULL)
        return error_set(err, ERROR_INVALID, "'%s' is not of the form KEY=VALUE", value);
    return text_format(options->job_env + used, sizeof options->job_env - used, "%s\n", value) ||
           error_set(err, ERROR_INVALID, "more than %zu kB of variables for jobs",
                     sizeof options->job_env >> 10);
}

static bool parse_s3_endpoint(struct options *options, const char *value, struct error *err) {
    if (!text_starts_with(value, "http://") && !text_starts_with(value, "https://"))
        return error_set(err, ERROR_INVALID, "'%s' is no address: http://host:port", value);
    return set_text(options->s3_endpoint, sizeof options->s3_endpoint, value, err);
}

static bool parse_auth(struct options *options, const char *value, struct error *err) {
    options->verifies_signatures = text_equal(value, "verify");
    return options->verifies_signatures || text_equal(value, "none") ||
           error_set(err, ERROR_INVALID, "'%s' is neither none nor verify", value);
}

static bool parse_auth_key(struct options *options, const char *value, struct error *err) {
    if (options->auth_key_count == OPTIONS_AUTH_KEYS_MAX)
        return error_set(err, ERROR_INVALID, "more than %d keys", OPTIONS_AUTH_KEYS_MAX);
    return auth_key_parse(value, &options->auth_keys[options->auth_key_count++], err);
}

static bool parse_limit(const char *value, int64_t *out, struct error *err) {
    int64_t limit;

    if (!text_to_int64(value, &limit) || limit < 1)
        return error_set(err, ERROR_INVALID, "'%s' is no limit: 1 or more", value);
    *out = limit;
    return true;
}

static bool parse_application_limit(struct options *options, const char *value, struct error *err) {
    if (text_equal(value, "none")) {
        options->limits.applications = APP_LIMIT_NONE;
        return true;
    }
    return parse_limit(value, &options->limits.applications, err);
}

static bool parse_snapshot_limit(struct options *options, const char *value, struct error *err) {
    return parse_limit(value, &options->limits.snapshots, err);
}

static bool parse_kpu_limit(struct options *options, const char *value, struct error *err) {
    return parse_limit(value, &options->limits.kpus, err);
}

static bool parse_retention(struct options *options, const char *value, struct error *err) {
    return retention_policy_parse(value, &options->retention, err);
}

static bool parse_spares(struct options *options, const char *value, struct error *err) {
    int64_t count;

    if (!text_to_int64(value, &count) || count < 0 || count > SPARES_MAX)
        return error_set(err, ERROR_INVALID, "'%s' is no number of spares: 0 to %d", value,
                         SPARES_MAX);
    options->spares = (int)count;
    return true;
}

static bool parse_spare_max_age(struct options *options, const char *value, struct error *err) {
    return text_to_ms(value, &options->spare_max_age_ms) ||
           error_set(err, ERROR_INVALID, "'%s' is no time: 30m, 2h, ...", value);
}

static bool parse_silence_limit(struct options *options, const char *value, struct error *err) {
    int64_t limit_ms;

    if (!text_to_ms(value, &limit_ms) || limit_ms < CLUSTER_SILENCE_LIMIT_MIN_MS)
        return error_set(err, ERROR_INVALID, "'%s' is no limit of time: 2s or more", value);
    options->silence_limit_ms = limit_ms;
    return true;
}

static bool parse_start_limit(struct options *options, const char *value, struct error *err) {
    int64_t limit_ms;

    if (!text_to_ms(value, &limit_ms) || limit_ms < 1000)
        return error_set(err, ERROR_INVALID, "'%s' is no limit of time: 1s or more", value);
    options->start_limit_ms = limit_ms;
    return true;
}

static bool parse_time_scale(struct options *options, const char *value, struct error *err) {
    char *end = NULL;
    double scale = strtod(value, &end);

    if (end == value || *end != '\0' || !(scale >= CLOCK_SCALE_MIN && scale <= CLOCK_SCALE_MAX))
        return error_set(err, ERROR_INVALID, "'%s' is no scale: 0.001 to 100000", value);
    options->time_scale = scale;
    return true;
}

static bool parse_metrics_interval(struct options *options, const char *value, struct error *err) {
    int64_t interval_ms;

    if (!text_to_ms(value, &interval_ms) || interval_ms > 60000 ||
        (interval_ms != 0 && interval_ms < 1000))
        return error_set(err, ERROR_INVALID, "'%s' is no interval: 1s to 60s, or 0s for never",
                         value);
    options->metering.interval_ms = interval_ms;
    return true;
}

static bool parse_metrics_retention(struct options *options, const char *value, struct error *err) {
    return text_to_ms(value, &options->metering.retention_ms) ||
           error_set(err, ERROR_INVALID, "'%s' is no time: 12h, 15d, ...", value);
}

static bool parse_autoscaling(struct options *options, const char *value, struct error *err) {
    return scaling_policy_from_name(value, &options->metering.policy) ||
           error_set(err, ERROR_INVALID, "'%s' is neither throughput nor msf", value);
}

static bool parse_log_budget(struct options *options, const char *value, struct error *err) {
    int64_t bytes;

    if (!text_to_bytes(value, &bytes) || bytes < LOG_BUDGET_MIN_BYTES)
        return error_set(err, ERROR_INVALID, "'%s' is no size of 1m or more: 200m, 1g, ...", value);
    options->log_budget_bytes = bytes;
    return true;
}

static bool parse_log_level(struct options *options, const char *value, struct error *err) {
    return log_level_from_name(value, &options->log_level) ||
           error_set(err, ERROR_INVALID, "'%s' is no level: error, warn, info, debug", value);
}

static bool parse_force(struct options *options, const char *value, struct error *err) {
    (void)value;
    (void)err;
    options->forces = true;
    return true;
}

static bool parse_from(struct options *options, const char *value, struct error *err) {
    return set_text(options->from, sizeof options->from, value, err);
}

// clang-format off
static const struct option table[] = {
    {"--listen",        "KOBEL_LISTEN",        "ADDRESS", "127.0.0.1", parse_listen,        "address to listen on"},
    {"--port",          "KOBEL_PORT",          "PORT",    "8290",      parse_port,          "port to listen on; 0 takes a free one"},
    {"--allowed-host",  "KOBEL_ALLOWED_HOST",  "NAME",    NULL,        parse_allowed_host,  "another name that requests may call the daemon by (Host); may be given several times. Addresses, localhost and, beyond loopback, the machine's name and names without a dot always may"},
    {"--ready-file",    "KOBEL_READY_FILE",    "FILE",    NULL,        parse_ready_file,    "written when ready: JSON with url, pid and version"},
    {"--data",          "KOBEL_DATA",          "DIR",     NULL,        parse_data,          "data directory (default: kobel in the XDG data directory; :temp: is a fresh one, removed at the end)"},
    {"--runtimes",      "KOBEL_RUNTIMES",      "DIR",     NULL,        parse_runtimes,      "installed Flink runtimes (default: kobel/runtimes in the XDG data directory)"},
    {"--s3-root",       "KOBEL_S3_ROOT",       "DIR",     NULL,        parse_s3_root,       "directory whose folders are the buckets that hold code (default: s3 in the data directory)"},
    {"--profile",       "KOBEL_PROFILE",       "NAME",    "dev",       parse_profile,       "what a KPU costs here: dev (small and quick) or aws (as on the service)"},
    {"--sandbox",       "KOBEL_SANDBOX",       "LEVEL",   "auto",      parse_sandbox,       "fence around applications: auto, full, contained, scoped or none"},
    {"--cluster-ports", "KOBEL_CLUSTER_PORTS", "A-B",    NULL,        parse_cluster_ports, "TCP ports for clusters (default: 21100-24099); applications cannot connect to those of others"},
    {"--memory-budget", "KOBEL_MEMORY_BUDGET", "SIZE",    NULL,        parse_memory_budget, "memory for all clusters together (default: 75 % of what is available)"},
    {"--job-env",       "KOBEL_JOB_ENV",       "K=V",     NULL,        parse_job_env,       "environment variable that every job sees; may be given several times"},
    {"--s3-endpoint",   "KOBEL_S3_ENDPOINT",   "URL",     NULL,        parse_s3_endpoint,   "S3 endpoint that code is read from, instead of --s3-root (default: AWS_ENDPOINT_URL_S3)"},
    {"--auth",          "KOBEL_AUTH",          "MODE",    "none",      parse_auth,          "none: any credentials will do; verify: signatures are checked"},
    {"--auth-key",      "KOBEL_AUTH_KEY",      "KEY",     NULL,        parse_auth_key,      "access key:secret key[:session token] that --auth verify accepts; may be given several times"},
    {"--application-limit", "KOBEL_APPLICATION_LIMIT", "N", "100",     parse_application_limit, "applications of an account in a Region; none = no limit"},
    {"--snapshot-limit", "KOBEL_SNAPSHOT_LIMIT", "N",     "1000",      parse_snapshot_limit, "snapshots of an application that are taken by hand"},
    {"--kpu-limit",     "KOBEL_KPU_LIMIT",     "N",       "64",        parse_kpu_limit,     "KPUs of an application"},
    {"--snapshot-retention", "KOBEL_SNAPSHOT_RETENTION", "RULE", "none", parse_retention, "which snapshots go by themselves: keep=10,automatic=5,max-age=7d; the tag kobel:snapshot-retention comes before it"},
    {"--spares",        "KOBEL_SPARES",        "N",       NULL,      parse_spares,        "clusters kept ready, of the runtime and size used last (default: 1 in the dev profile, 0 in aws)"},
    {"--spare-max-age", "KOBEL_SPARE_MAX_AGE", "TIME",    "30m",     parse_spare_max_age, "how long an unused one is kept"},
    {"--silence-limit", "KOBEL_SILENCE_LIMIT", "TIME",    "30s",     parse_silence_limit, "how long a JobManager may not answer, or TaskManagers be missing, until another cluster takes the job over; Flink's heartbeat.timeout, too"},
    {"--start-limit",   "KOBEL_START_LIMIT",   "TIME",    "10m",     parse_start_limit,   "how long a submitted job may take until all its tasks run; its start or update fails after that"},
    {"--autoscaling",   "KOBEL_AUTOSCALING",   "POLICY",  "throughput", parse_autoscaling, "what AutoScalingEnabled does: throughput (by records and busy time) or msf (the service's rule); the tag kobel:autoscaling comes before it"},
    {"--metrics-interval", "KOBEL_METRICS_INTERVAL", "TIME", "10s",    parse_metrics_interval, "how often a running job is measured; 0s = never, which is no autoscaling either"},
    {"--metrics-retention", "KOBEL_METRICS_RETENTION", "TIME", "15d",  parse_metrics_retention, "how long what was measured is kept"},
    {"--time-scale",    "KOBEL_TIME_SCALE",    "N",       "1",       parse_time_scale,    "how fast the service's own clock runs: 60 makes a minute a second"},
    {"--log-budget",    "KOBEL_LOG_BUDGET",    "SIZE",    "200m",    parse_log_budget,    "disk for the logs and the output of a cluster's processes; the oldest lines go first"},
    {"--log-level",     "KOBEL_LOG_LEVEL",     "LEVEL",   "info",      parse_log_level,     "error, warn, info or debug"},
    {"--force",         NULL,                  NULL,      NULL,      parse_force,         "runtime remove: although an application runs on it"},
    {"--from",          "KOBEL_FROM",          "PATH",    NULL,        parse_from,          "runtime install: an official Flink distribution, packed or not, instead of pip"},
};
// clang-format on

static bool find_directory(const char *name, const char *flag, char out[static FILE_PATH_MAX],
                           struct error *err) {
    if (out[0] != '\0' || environment_data_directory(name, out, err)) return true;
    return error_prefix(err, "%s is not given, and there is no default for it", flag);
}

static bool apply(const struct option *option, struct options *options, const char *value,
                  const char *origin, struct error *err) {
    bool is_well = text_is_utf8(value)
                       ? option->parse(options, value, err)
                       : error_set(err, ERROR_INVALID, "'%.200s' is not UTF-8", value);

    return is_well || error_prefix(err, "%s", origin);
}

static bool read_environment(struct options *options, struct error *err) {
    for (size_t index = 0; index < COUNT_OF(table); index++) {
        const char *variable = table[index].variable;
        const char *value = variable == NULL ? NULL : getenv(variable);
        if (table[index].fallback != NULL &&
            !apply(&table[index], options, table[index].fallback, table[index].flag, err))
            return false;
        if (!text_is_empty(value) && !apply(&table[index], options, value, variable, err))
            return false;
    }
    return true;
}

// The table's row for "--flag" or "--flag=value"; the latter also sets *out_value.
static const struct option *find(const char *argument, const char **out_value) {
    for (size_t index = 0; index < COUNT_OF(table); index++) {
        size_t length = strlen(table[index].flag);
        if (!text_starts_with(argument, table[index].flag)) continue;
        if (argument[length] == '=') *out_value = argument + length + 1;
        if (argument[length] == '=' || argument[length] == '\0') return &table[index];
    }
    return NULL;
}

// The value of the option at `*at`, which may be the next argument.
static bool take_value(const struct option *option, int count, char **arguments, int *at,
                       const char **value, struct error *err) {
    if (option->value == NULL && *value != NULL)
        return error_set(err, ERROR_INVALID, "%s takes no value", option->flag);
    if (option->value == NULL) *value = "";
    if (*value == NULL && *at + 1 == count)
        return error_set(err, ERROR_INVALID, "%s wants a value (%s)", option->flag, option->value);
    if (*value == NULL) *value = arguments[++*at];
    return true;
}

static bool read_flags(int count, char **arguments, struct options *options, const char **out_rest,
                       size_t rest_max, struct error *err) {
    size_t rest = 0;

    for (int at = 0; at < count; at++) {
        const char *value = NULL;
        const struct option *option = find(arguments[at], &value);
        if (option == NULL && arguments[at][0] == '-')
            return error_set(err, ERROR_INVALID, "unknown option '%s'", arguments[at]);
        if (option == NULL) {
            if (rest + 1 >= rest_max)
                return error_set(err, ERROR_INVALID, "'%s' is one word too many", arguments[at]);
            out_rest[rest++] = arguments[at];
            continue;
        }
        if (!take_value(option, count, arguments, &at, &value, err) ||
            !apply(option, options, value, option->flag, err))
            return false;
    }
    out_rest[rest] = NULL;
    return true;
}

bool options_read(int count, char **arguments, struct options *out_options, const char **out_rest,
                  size_t rest_max, struct error *err) {
    struct options options = {.limits = APP_LIMITS_DEFAULT,
                              .spares = -1,
                              .first_port = PORT_POOL_FIRST,
                              .last_port = PORT_POOL_LAST};
    const char *s3_endpoint = getenv("AWS_ENDPOINT_URL_S3");

    if (!text_is_empty(s3_endpoint) && !parse_s3_endpoint(&options, s3_endpoint, err))
        return error_prefix(err, "AWS_ENDPOINT_URL_S3");
    if (!read_environment(&options, err)) return false;
    if (!read_flags(count, arguments, &options, out_rest, rest_max, err)) return false;
    if (!find_directory("kobel", "--data", options.data, err) ||
        !find_directory("kobel/runtimes", "--runtimes", options.runtimes, err))
        return false;
    if (options.verifies_signatures && options.auth_key_count == 0)
        return error_set(err, ERROR_INVALID, "--auth verify wants a key: --auth-key");
    *out_options = options;
    return true;
}

// Most are for the daemon, and for `run`, which may start one.
static const char *commands_of(const struct option *option) {
    if (text_equal(option->flag, "--from") || text_equal(option->flag, "--force")) return "runtime";
    if (text_equal(option->flag, "--runtimes")) return "serve run runtime";
    if (text_equal(option->flag, "--ready-file")) return "serve";
    return "serve run";
}

size_t options_describe(struct manual_option *out, size_t limit) {
    size_t count = COUNT_OF(table) < limit ? COUNT_OF(table) : limit;

    for (size_t index = 0; index < count; index++) {
        const struct option *option = &table[index];
        out[index] = (struct manual_option){
            .flag = option->flag,
            .variable = option->variable,
            .value = option->value,
            .fallback = option->fallback,
            .text = option->text,
            .commands = commands_of(option),
        };
    }
    return count;
}
