#include "controller/record/app_rules.h"

#include "base/text.h"
#include "controller/record/app_config_encryption.h"
#include "controller/record/firehose.h"
#include "controller/record/property_rules.h"
#include "controller/record/snapshot_mode_rules.h"
#include "controller/record/tag_rules.h"
#include "model/job_spec.h"
#include "model/record.h"
#include "model/runtime_environment.h"

#include <string.h>

const struct app_limits APP_LIMITS_DEFAULT = {
    .applications = 100,
    .snapshots = 1000,
    .kpus = 64,
    .parallelism_per_kpu = 8,
    .tags = 50,
    .enhanced_snapshots = 1000,
    .snapshot_transfers = APP_LIMIT_NONE,
};

typedef bool rule_fn(const json_t *request, const struct app_limits *limits, struct error *err);

// --- runtimes and modes ---

static bool check_runtime_name(const char *name, struct error *err) {
    enum runtime_environment runtime;

    if (!runtime_environment_from_name(name, &runtime))
        return error_set(err, ERROR_INVALID, "Runtime environment '%s' is not known.", name);
    switch (runtime_environment_family(runtime)) {
    case RUNTIME_FAMILY_SQL:
        return error_set(err, ERROR_UNSUPPORTED,
                         "SQL applications are no longer supported: new ones cannot be created "
                         "since 2025-10-15. Use a Flink runtime environment.");
    case RUNTIME_FAMILY_STUDIO:
        return error_set(err, ERROR_UNSUPPORTED,
                         "Studio notebooks (%s) are not offered here. Use a Flink runtime "
                         "environment and ApplicationMode STREAMING.",
                         name);
    case RUNTIME_FAMILY_FLINK:
        break;
    }
    if (runtime_environment_is_retired(runtime))
        return error_set(err, ERROR_UNSUPPORTED,
                         "Runtime environment %s is no longer supported. Use a newer one.", name);
    return true;
}

static bool check_runtime(const json_t *request, const struct app_limits *limits,
                          struct error *err) {
    (void)limits;
    if (!check_runtime_name(json_text_or(request, "RuntimeEnvironment", ""), err)) return false;
    if (text_equal(json_text(request, "ApplicationMode"), "INTERACTIVE"))
        return error_set(err, ERROR_INVALID,
                         "ApplicationMode INTERACTIVE is only for Studio runtime environments.");
    return true;
}

// Inputs of a creation, InputUpdates of an update.
static bool names_firehose_input(const json_t *sql) {
    const json_t *inputs = json_member(sql, "Inputs");
    size_t index;
    json_t *input;

    if (inputs == NULL) inputs = json_member(sql, "InputUpdates");
    json_array_foreach(inputs, index, input) {
        if (firehose_is_input(input)) return true;
    }
    return false;
}

static bool check_foreign_blocks(const json_t *wanted, const char *suffix, struct error *err) {
    char sql[64];
    char zeppelin[64];

    (void)text_format(sql, sizeof sql, "SqlApplicationConfiguration%s", suffix);
    (void)text_format(zeppelin, sizeof zeppelin, "ZeppelinApplicationConfiguration%s", suffix);
    if (names_firehose_input(json_member(wanted, sql)))
        return firehose_refuse(ERROR_INVALID, sql, err);
    if (json_member(wanted, sql) != NULL)
        return error_set(err, ERROR_INVALID, "%s is not valid for a Flink application.", sql);
    if (json_member(wanted, zeppelin) != NULL)
        return error_set(err, ERROR_INVALID, "%s is not valid for a Flink application.", zeppelin);
    return true;
}

// Checked before the runtime: no other runtime can read from a delivery stream either.
static bool check_firehose_inputs(const json_t *request, const struct app_limits *limits,
                                  struct error *err) {
    const json_t *sql =
        json_path(request, "ApplicationConfiguration", "SqlApplicationConfiguration", NULL);

    (void)limits;
    return !names_firehose_input(sql) ||
           firehose_refuse(ERROR_INVALID, "SqlApplicationConfiguration", err);
}

static bool check_create_blocks(const json_t *request, const struct app_limits *limits,
                                struct error *err) {
    (void)limits;
    return check_foreign_blocks(json_member(request, "ApplicationConfiguration"), "", err);
}

static bool check_snapshot_mode(const json_t *request, const struct app_limits *limits,
                                struct error *err) {
    (void)limits;
    return snapshot_mode_rules_check_create(request, err);
}

// --- properties ---

static bool check_create_properties(const json_t *request, const struct app_limits *limits,
                                    struct error *err) {
    (void)limits;
    return property_rules_check_groups(json_path(request, "ApplicationConfiguration",
                                                 "EnvironmentProperties", "PropertyGroups", NULL),
                                       err);
}

// --- sub-resources and tags ---

bool app_rules_check_log_stream(const char *arn, struct error *err) {
    const char *group = strstr(arn, ":log-group:");

    if (text_starts_with(arn, "arn:") && strstr(arn, ":logs:") != NULL && group != NULL &&
        strstr(group, ":log-stream:") != NULL)
        return true;
    return error_set(err, ERROR_INVALID,
                     "LogStreamARN '%s' is not the ARN of a log stream: "
                     "arn:aws:logs:<region>:<account>:log-group:<group>:log-stream:<stream>",
                     arn);
}

static bool check_sub_resources(const json_t *request, const struct app_limits *limits,
                                struct error *err) {
    const json_t *options = json_member(request, "CloudWatchLoggingOptions");
    const json_t *vpcs = json_path(request, "ApplicationConfiguration", "VpcConfigurations", NULL);

    (void)limits;
    if (json_array_size(options) > 1)
        return error_set(err, ERROR_INVALID,
                         "Kinesis Analytics currently supports only 1 logging option.");
    if (json_array_size(vpcs) > 1)
        return error_set(err, ERROR_INVALID,
                         "Kinesis Analytics currently supports only 1 VPC configuration(s)");
    if (json_array_size(options) == 0) return true;
    return app_rules_check_log_stream(json_text_or(json_array_get(options, 0), "LogStreamARN", ""),
                                      err);
}

static bool check_tags(const json_t *request, const struct app_limits *limits, struct error *err) {
    const json_t *tags = json_member(request, "Tags");

    return tag_rules_check(tags, err) &&
           tag_rules_check_count((int64_t)json_array_size(tags), limits->tags, err);
}

static bool run_rules(rule_fn *const *rules, size_t count, const json_t *request,
                      const struct app_limits *limits, struct error *err) {
    for (size_t index = 0; index < count; index++)
        if (!rules[index](request, limits, err)) return false;
    return true;
}

bool app_rules_check_create(const json_t *request, const struct app_limits *limits,
                            struct error *err) {
    static rule_fn *const rules[] = {
        check_firehose_inputs,   check_runtime,       check_create_blocks, check_snapshot_mode,
        check_create_properties, check_sub_resources, check_tags,
    };

    return run_rules(rules, COUNT_OF(rules), request, limits, err);
}

// --- updates ---

static bool check_logging_updates(const json_t *updates, struct error *err) {
    size_t index;
    json_t *update;

    json_array_foreach(updates, index, update) {
        const char *arn = json_text(update, "LogStreamARNUpdate");
        if (arn != NULL && !app_rules_check_log_stream(arn, err)) return false;
    }
    return true;
}

bool app_rules_check_update(const json_t *config, const json_t *request, bool is_running,
                            struct error *err) {
    const char *runtime = json_text(request, "RuntimeEnvironmentUpdate");
    const json_t *updates = json_member(request, "ApplicationConfigurationUpdate");
    const json_t *groups = json_path(updates, "EnvironmentPropertyUpdates", "PropertyGroups", NULL);

    if (runtime != NULL && !check_runtime_name(runtime, err)) return false;
    if (!check_foreign_blocks(updates, "Update", err)) return false;
    if (!snapshot_mode_rules_check_update(config, request, err)) return false;
    if (!property_rules_check_groups(groups, err)) return false;
    if (!check_logging_updates(json_member(request, "CloudWatchLoggingOptionUpdates"), err))
        return false;
    if (!is_running && json_member(request, "RunConfigurationUpdate") != NULL)
        return error_set(err, ERROR_INVALID,
                         "RunConfigurationUpdate is only valid for a running application.");
    return true;
}

bool app_rules_check_config(const json_t *config, const struct app_limits *limits,
                            struct error *err) {
    const json_t *block = record_parallelism(config);
    int64_t parallelism = json_int_or(block, "Parallelism", 1);
    int64_t per_kpu = json_int_or(block, "ParallelismPerKPU", 1);

    if (per_kpu > limits->parallelism_per_kpu)
        return error_set(err, ERROR_INVALID, "ParallelismPerKPU is %lld; at most %lld is possible.",
                         (long long)per_kpu, (long long)limits->parallelism_per_kpu);
    int64_t kpus = job_spec_kpus_of(parallelism, per_kpu);
    if (!property_rules_check_size(config, err) || !app_config_encryption_check(config, err))
        return false;
    if (kpus > limits->kpus)
        return error_set(err, ERROR_LIMIT,
                         "Parallelism %lld with %lld per KPU needs %lld KPUs; the limit is %lld.",
                         (long long)parallelism, (long long)per_kpu, (long long)kpus,
                         (long long)limits->kpus);
    return true;
}
