#include "daemon/options.h"

#include "base/environment.h"
#include "base/text.h"
#include "daemon/option_values.h"
#include "runtime/flink/cluster_silence.h"
#include "runtime/host/path_list.h"
#include "runtime/local/clusters.h"
#include "runtime/local/log_budget.h"

#include <string.h>

struct option {
    const char *flag;
    const char *variable; // NULL: none
    const char *value;    // its name in the help; NULL: a switch
    const char *fallback; // shown in the help, and read first; NULL: computed
    option_read_fn *read;
    const char *commands; // that take it, separated by spaces
    const char *text;
};

// Most options are for the daemon, and for `run`, which may start one.
static const char DAEMON[] = "serve run rehearse";

// clang-format off
static const struct option table[] = {
    {"--listen", "KOBEL_LISTEN", "ADDRESS", "127.0.0.1", option_read_listen, DAEMON,
     "address to listen on"},
    {"--port", "KOBEL_PORT", "PORT", "8290", option_read_port, DAEMON,
     "port to listen on; 0: any free port"},
    {"--allowed-host", "KOBEL_ALLOWED_HOST", "NAME", NULL, option_read_allowed_host, DAEMON,
     "another host name that requests may have in their Host header; may be given several times. Addresses and localhost are always allowed; with a --listen beyond loopback, so are this machine's name and names without a dot"},
    {"--ready-file", "KOBEL_READY_FILE", "FILE", NULL, option_read_ready_file, "serve",
     "file that is written when the daemon is ready: JSON with url, pid and version"},
    {"--data", "KOBEL_DATA", "DIR", NULL, option_read_data, DAEMON,
     "data directory; :temp: is a new one that is removed at the end (default: kobel in the XDG data directory)"},
    {"--runtimes", "KOBEL_RUNTIMES", "DIR", NULL, option_read_runtimes, "serve run rehearse runtime doctor",
     "directory of the installed Flink runtimes (default: kobel/runtimes in the XDG data directory)"},
    {"--s3-root", "KOBEL_S3_ROOT", "DIR", NULL, option_read_s3_root, DAEMON,
     "directory whose subdirectories are the buckets with code (default: s3 in the data directory)"},
    {"--s3-port", "KOBEL_S3_PORT", "PORT", NULL, option_read_s3_port, DAEMON,
     "port of 127.0.0.1 on which jobs reach kobel's S3 endpoint, and only that (default: a free one, which stays the same)"},
    {"--profile", "KOBEL_PROFILE", "NAME", "dev", option_read_profile, DAEMON,
     "resources of a KPU on this machine: dev (small and quick) or aws (as in the service)"},
    {"--sandbox", "KOBEL_SANDBOX", "LEVEL", "auto", option_read_sandbox, DAEMON,
     "level of the sandbox around applications: full, contained, scoped, none, or auto (the strongest that works)"},
    {"--cluster-ports", "KOBEL_CLUSTER_PORTS", "A-B", NULL, option_read_cluster_ports, DAEMON,
     "range of the TCP ports of clusters (default: 21100-24099)"},
    {"--memory-budget", "KOBEL_MEMORY_BUDGET", "SIZE", NULL, option_read_memory_budget, DAEMON,
     "memory for all clusters together (default: 75 % of the available memory)"},
    {"--kpu-memory", "KOBEL_KPU_MEMORY", "SIZE", "384m", option_read_kpu_memory, DAEMON,
     "memory that the heap, the metaspace or the direct memory of a Flink process may use beyond its usual size in the dev profile, where a program needs it"},
    {"--job-env", "KOBEL_JOB_ENV", "K=V", NULL, option_read_job_env, DAEMON,
     "environment variable that every job gets; may be given several times"},
    {"--s3-endpoint", "KOBEL_S3_ENDPOINT", "URL", NULL, option_read_s3_endpoint, DAEMON,
     "S3 endpoint whose buckets are used, instead of --s3-root (default: AWS_ENDPOINT_URL_S3)"},
    {"--s3-ca-bundle", "KOBEL_S3_CA_BUNDLE", "FILE", NULL, option_read_s3_ca_bundle, DAEMON,
     "certificates of the authorities that an https S3 endpoint is trusted by, instead of the system's (default: AWS_CA_BUNDLE)"},
    {"--auth", "KOBEL_AUTH", "MODE", "none", option_read_auth, DAEMON,
     "none: any credentials are accepted; verify: signatures are checked, with the keys of --auth-key"},
    {"--auth-key", "KOBEL_AUTH_KEY", "KEY", NULL, option_read_auth_key, DAEMON,
     "access key:secret key[:session token] that --auth verify accepts; may be given several times"},
    {"--application-limit", "KOBEL_APPLICATION_LIMIT", "N", "100", option_read_application_limit, DAEMON,
     "how many applications an account may have in a Region; none: no limit"},
    {"--snapshot-limit", "KOBEL_SNAPSHOT_LIMIT", "N", "1000", option_read_snapshot_limit, DAEMON,
     "how many manual snapshots an application may have"},
    {"--enhanced-snapshot-limit", "KOBEL_ENHANCED_SNAPSHOT_LIMIT", "N", "1000", option_read_enhanced_snapshot_limit, DAEMON,
     "how many enhanced snapshots the users of an account may have in a Region"},
    {"--snapshot-transfer-limit", "KOBEL_SNAPSHOT_TRANSFER_LIMIT", "N", "none", option_read_snapshot_transfer_limit, DAEMON,
     "how many imports and exports of snapshots an account may have in progress in a Region; none: no limit"},
    {"--kpu-limit", "KOBEL_KPU_LIMIT", "N", "64", option_read_kpu_limit, DAEMON,
     "how many KPUs an application may have"},
    {"--snapshot-retention", "KOBEL_SNAPSHOT_RETENTION", "RULE", "none", option_read_snapshot_retention, DAEMON,
     "which snapshots are removed automatically: none, or those that a rule such as keep=10,automatic=5,max-age=7d does not keep; the tag kobel:snapshot-retention of an application overrides it"},
    {"--maintenance", "KOBEL_MAINTENANCE", "MODE", "off", option_read_maintenance, DAEMON,
     "on: once in its maintenance window, each RUNNING application restarts with its state, as in the service; off: only on request"},
    {"--spares", "KOBEL_SPARES", "N", NULL, option_read_spares, DAEMON,
     "how many spare clusters are kept ready, of the runtime, Region and size used last (default: 1 in the dev profile, 0 in aws)"},
    {"--spare-max-age", "KOBEL_SPARE_MAX_AGE", "TIME", "30m", option_read_spare_max_age, DAEMON,
     "how long an unused spare cluster is kept"},
    {"--silence-limit", "KOBEL_SILENCE_LIMIT", "TIME", "30s", option_read_silence_limit, DAEMON,
     "how long a JobManager may not answer, or TaskManagers may be missing, before another cluster takes over the job; also Flink's heartbeat.timeout"},
    {"--start-limit", "KOBEL_START_LIMIT", "TIME", "10m", option_read_start_limit, DAEMON,
     "how long a submitted job may take until it has started; after that, the start or update fails"},
    {"--start-means", "KOBEL_START_MEANS", "WHAT", "job", option_read_start_means, DAEMON,
     "when a start or update is done: job (Flink's job is RUNNING, as on the service) or all-tasks (all its subtasks run; three restarts before that fail it)"},
    {"--min-running", "KOBEL_MIN_RUNNING", "TIME", "12s", option_read_min_running, DAEMON,
     "how long an application is shown as RUNNING at least when its job ends by itself, of the service's clock: longer than the pause between two questions of a client that waits for RUNNING (Terraform: 10s, the operators of Airflow: up to 120s)"},
    {"--program-limit", "KOBEL_PROGRAM_LIMIT", "TIME", "60s", option_read_program_limit, DAEMON,
     "how long main() of a program may take to submit its job when its operators are asked for"},
    {"--autoscaling", "KOBEL_AUTOSCALING", "POLICY", "throughput", option_read_autoscaling, DAEMON,
     "policy for applications with AutoScalingEnabled: throughput (by records and busy time) or msf (the service's rule); the tag kobel:autoscaling of an application overrides it"},
    {"--metrics-interval", "KOBEL_METRICS_INTERVAL", "TIME", "10s", option_read_metrics_interval, DAEMON,
     "how often running jobs are measured; 0s: never, and then nothing is scaled automatically"},
    {"--metrics-retention", "KOBEL_METRICS_RETENTION", "TIME", "15d", option_read_metrics_retention, DAEMON,
     "how long measurements are kept"},
    {"--time-scale", "KOBEL_TIME_SCALE", "N", "1", option_read_time_scale, DAEMON,
     "speed of the service's clock: with 60, a minute takes a second"},
    {"--log-budget", "KOBEL_LOG_BUDGET", "SIZE", "200m", option_read_log_budget, DAEMON,
     "disk space for the logs and the output of a cluster's processes; the oldest lines are removed first"},
    {"--log-level", "KOBEL_LOG_LEVEL", "LEVEL", "info", option_read_log_level, DAEMON,
     "what the daemon logs: error, warn, info or debug, each with those before it"},
    {"--force", NULL, NULL, NULL, option_read_force, "runtime",
     "runtime remove: also a runtime that a running application uses"},
    {"--all", NULL, NULL, NULL, option_read_all, "runtime",
     "runtime install: all runtimes that kobel can run"},
    {"--python", NULL, NULL, NULL, option_read_python, "runtime",
     "runtime install: also PyFlink and what it needs, for applications in Python (about 400 MB)"},
    {"--from", "KOBEL_FROM", "PATH", NULL, option_read_from, "runtime",
     "runtime install: use this official Flink distribution, an archive or a directory, instead of a download with pip"},
};
// clang-format on

static bool default_directory(const char *name, const char *flag, char out[static FILE_PATH_MAX],
                              struct error *err) {
    struct error failure;

    if (out[0] != '\0' || environment_data_directory(name, out, &failure)) return true;
    return error_set(err, failure.kind, "%s; give %s", failure.message, flag);
}

static bool apply(const struct option *option, struct options *options, const char *value,
                  const char *origin, struct error *err) {
    bool is_well = text_is_utf8(value)
                       ? option->read(options, value, err)
                       : error_set(err, ERROR_INVALID, "'%.200s' is not UTF-8", value);

    return is_well || error_prefix(err, "%s", origin);
}

static bool read_environment(struct options *options, struct error *err) {
    for (size_t index = 0; index < COUNT_OF(table); index++) {
        const char *variable = table[index].variable;
        const char *value = variable == NULL ? NULL : environment_or(variable, NULL);
        if (table[index].fallback != NULL &&
            !apply(&table[index], options, table[index].fallback, table[index].flag, err))
            return false;
        if (value != NULL && !apply(&table[index], options, value, variable, err)) return false;
    }
    return true;
}

// The row of an option of `command`, for "--flag" or "--flag=value"; the latter sets *out_value.
static const struct option *find(const char *command, const char *argument,
                                 const char **out_value) {
    for (size_t index = 0; index < COUNT_OF(table); index++) {
        size_t length = strlen(table[index].flag);
        if (!manual_list_has(table[index].commands, command) ||
            !text_starts_with(argument, table[index].flag))
            continue;
        if (argument[length] == '=') *out_value = argument + length + 1;
        if (argument[length] == '=' || argument[length] == '\0') return &table[index];
    }
    return NULL;
}

// The value of the option at `*at`, which may be the next argument.
static bool read_value(const struct option *option, int count, char **arguments, int *at,
                       const char **value, struct error *err) {
    if (option->value == NULL && *value != NULL)
        return error_set(err, ERROR_INVALID, "%s takes no value", option->flag);
    if (option->value == NULL) *value = "";
    if (*value == NULL && *at + 1 == count)
        return error_set(err, ERROR_INVALID, "%s needs a value (%s)", option->flag, option->value);
    if (*value == NULL) *value = arguments[++*at];
    return true;
}

static bool read_flags(const char *command, int count, char **arguments, struct options *options,
                       const char **out_rest, size_t rest_max, struct error *err) {
    size_t rest = 0;

    for (int at = 0; at < count; at++) {
        const char *value = NULL;
        const struct option *option = find(command, arguments[at], &value);
        if (option == NULL && arguments[at][0] == '-')
            return error_set(err, ERROR_INVALID, "kobel %s has no option '%s'; see `kobel help %s`",
                             command, arguments[at], command);
        if (option == NULL) {
            if (rest + 1 >= rest_max)
                return error_set(err, ERROR_INVALID, "'%s' is one argument too many",
                                 arguments[at]);
            out_rest[rest++] = arguments[at];
            continue;
        }
        if (!read_value(option, count, arguments, &at, &value, err) ||
            !apply(option, options, value, option->flag, err))
            return false;
    }
    out_rest[rest] = NULL;
    return true;
}

// Those of the AWS SDKs: kobel's own variables, and flags, replace them.
static bool read_aws_variables(struct options *options, struct error *err) {
    const char *endpoint = environment_or("AWS_ENDPOINT_URL_S3", NULL);
    const char *ca_bundle = environment_or("AWS_CA_BUNDLE", NULL);

    if (endpoint != NULL && !option_read_s3_endpoint(options, endpoint, err))
        return error_prefix(err, "AWS_ENDPOINT_URL_S3");
    return ca_bundle == NULL || option_read_s3_ca_bundle(options, ca_bundle, err) ||
           error_prefix(err, "AWS_CA_BUNDLE");
}

bool options_read(const char *command, int count, char **arguments, struct options *out_options,
                  const char **out_rest, size_t rest_max, struct error *err) {
    struct options options = {.limits = APP_LIMITS_DEFAULT,
                              .spares = -1,
                              .first_port = PORT_POOL_FIRST,
                              .last_port = PORT_POOL_LAST};

    if (!read_aws_variables(&options, err)) return false;
    if (!read_environment(&options, err)) return false;
    if (!read_flags(command, count, arguments, &options, out_rest, rest_max, err)) return false;
    if (text_equal(command, "serve") && !default_directory("kobel", "--data", options.data, err))
        return false;
    if (!default_directory("kobel/runtimes", "--runtimes", options.runtimes, err) ||
        !path_list_accepts("the directory of the runtimes", options.runtimes, err))
        return false;
    if (options.verifies_signatures && options.auth_key_count == 0)
        return error_set(err, ERROR_INVALID,
                         "--auth verify needs at least one key: give --auth-key");
    *out_options = options;
    return true;
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
            .commands = option->commands,
        };
    }
    return count;
}
