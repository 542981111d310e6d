#include "controller/record/app_rules.h"

#include "base/memory.h"
#include "base/text.h"
#include "model/job_spec.h"
#include "model/record.h"
#include "model/runtime_environment.h"

#include <string.h>
#include <strings.h>

const struct app_limits APP_LIMITS_DEFAULT = {
    .applications = 100,
    .snapshots = 1000,
    .kpus = 64,
    .parallelism_per_kpu = 8,
    .tags = 50,
};

// In the ARN of a delivery stream.
static const char FIREHOSE[] = ":firehose:";

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

// The members of an input, or of an update of one, that name a stream.
bool app_rules_input_names_firehose(const json_t *input) {
    static const char *const streams[][2] = {
        {"KinesisStreamsInput", "ResourceARN"},
        {"KinesisStreamsInputUpdate", "ResourceARNUpdate"},
    };

    for (size_t index = 0; index < COUNT_OF(streams); index++) {
        const char *arn =
            json_text_or(json_member(input, streams[index][0]), streams[index][1], "");
        if (strstr(arn, FIREHOSE) != NULL) return true;
    }
    return json_member(input, "KinesisFirehoseInput") != NULL ||
           json_member(input, "KinesisFirehoseInputUpdate") != NULL;
}

// Inputs of a creation, InputUpdates of an update.
static bool names_firehose_input(const json_t *sql) {
    const json_t *inputs = json_member(sql, "Inputs");
    size_t index;
    json_t *input;

    if (inputs == NULL) inputs = json_member(sql, "InputUpdates");
    json_array_foreach(inputs, index, input) {
        if (app_rules_input_names_firehose(input)) return true;
    }
    return false;
}

static bool check_foreign_blocks(const json_t *wanted, const char *suffix, struct error *err) {
    char sql[64];
    char zeppelin[64];

    (void)text_format(sql, sizeof sql, "SqlApplicationConfiguration%s", suffix);
    (void)text_format(zeppelin, sizeof zeppelin, "ZeppelinApplicationConfiguration%s", suffix);
    if (names_firehose_input(json_member(wanted, sql)))
        return app_rules_refuse_firehose(ERROR_INVALID, sql, err);
    if (json_member(wanted, sql) != NULL)
        return error_set(err, ERROR_INVALID, "%s is not valid for a Flink application.", sql);
    if (json_member(wanted, zeppelin) != NULL)
        return error_set(err, ERROR_INVALID, "%s is not valid for a Flink application.", zeppelin);
    return true;
}

// Before the runtime is looked at: what can read from no runtime is said first.
static bool check_firehose_inputs(const json_t *request, const struct app_limits *limits,
                                  struct error *err) {
    const json_t *sql =
        json_path(request, "ApplicationConfiguration", "SqlApplicationConfiguration", NULL);

    (void)limits;
    return !names_firehose_input(sql) ||
           app_rules_refuse_firehose(ERROR_INVALID, "SqlApplicationConfiguration", err);
}

static bool check_create_blocks(const json_t *request, const struct app_limits *limits,
                                struct error *err) {
    (void)limits;
    return check_foreign_blocks(json_member(request, "ApplicationConfiguration"), "", err);
}

// --- properties ---

bool app_rules_refuse_firehose(enum error_kind kind, const char *what, struct error *err) {
    return error_set(err, kind,
                     "%s names a Firehose delivery stream as a source, and nothing can read from "
                     "one. Read the Kinesis data stream that feeds the delivery stream instead.",
                     what);
}

static bool names_a_source(const char *name) {
    static const char *const words[] = {"source", "input", "consumer", "reader"};

    for (size_t index = 0; index < COUNT_OF(words); index++)
        if (strcasestr(name, words[index]) != NULL) return true;
    return false;
}

// A Firehose delivery stream only takes records. Named where a job reads from, it is a mistake that
// Flink would report late.
static bool check_no_firehose_source(const char *group, const char *key, const char *value,
                                     struct error *err) {
    char what[512];

    // One of several ARNs is as wrong as a single one.
    if (strstr(value, "arn:") == NULL || strstr(value, FIREHOSE) == NULL) return true;
    if (!names_a_source(group) && !names_a_source(key)) return true;
    (void)text_format(what, sizeof what, "Property '%.200s' of group '%.60s'", key, group);
    return app_rules_refuse_firehose(ERROR_INVALID, what, err);
}

static bool check_group(const json_t *group, struct error *err) {
    const char *id = json_text_or(group, "PropertyGroupId", "");
    const char *key;
    json_t *value;
    json_t *map = json_object_get(group, "PropertyMap");

    json_object_foreach(map, key, value) {
        if (!check_no_firehose_source(id, key, json_string_value(value), err)) return false;
    }
    return true;
}

static bool check_groups(const json_t *groups, struct error *err) {
    size_t index;
    json_t *group;

    json_array_foreach(groups, index, group) {
        const char *id = json_text_or(group, "PropertyGroupId", "");
        for (size_t other = 0; other < index; other++)
            if (text_equal(json_text(json_array_get(groups, other), "PropertyGroupId"), id))
                return error_set(err, ERROR_INVALID, "Duplicate property group id '%s'.", id);
        if (!check_group(group, err)) return false;
    }
    return true;
}

static bool check_create_properties(const json_t *request, const struct app_limits *limits,
                                    struct error *err) {
    (void)limits;
    return check_groups(json_path(request, "ApplicationConfiguration", "EnvironmentProperties",
                                  "PropertyGroups", NULL),
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

bool app_rules_check_tags(const json_t *tags, struct error *err) {
    size_t index;
    json_t *tag;

    json_array_foreach(tags, index, tag) {
        const char *key = json_text_or(tag, "Key", "");
        if (text_starts_with(key, "aws:"))
            return error_set(err, ERROR_INVALID, "Tag keys starting with 'aws:' are reserved.");
        for (size_t other = 0; other < index; other++)
            if (text_equal(json_text(json_array_get(tags, other), "Key"), key))
                return error_set(err, ERROR_INVALID,
                                 "The provided tag map contains duplicate tag key");
    }
    return true;
}

bool app_rules_check_tag_count(int64_t count_after, const struct app_limits *limits,
                               struct error *err) {
    return count_after <= limits->tags ||
           error_set(err, ERROR_TOO_MANY, "An application can have at most %lld tags.",
                     (long long)limits->tags);
}

static bool check_tags(const json_t *request, const struct app_limits *limits, struct error *err) {
    const json_t *tags = json_member(request, "Tags");

    return app_rules_check_tags(tags, err) &&
           app_rules_check_tag_count((int64_t)json_array_size(tags), limits, err);
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
        check_firehose_inputs,   check_runtime,       check_create_blocks,
        check_create_properties, check_sub_resources, check_tags,
    };

    return run_rules(rules, COUNT_OF(rules), request, limits, err);
}

// --- updates ---

static bool check_runtime_update(const json_t *config, const json_t *request, struct error *err) {
    const char *to = json_text(request, "RuntimeEnvironmentUpdate");
    enum runtime_environment old_runtime;
    enum runtime_environment new_runtime;

    if (to == NULL) return true;
    if (!check_runtime_name(to, err)) return false;
    if (!runtime_environment_from_name(json_text(config, "RuntimeEnvironment"), &old_runtime) ||
        !runtime_environment_from_name(to, &new_runtime))
        return true;
    if (runtime_environment_is_newer(old_runtime, new_runtime))
        return error_set(err, ERROR_INVALID,
                         "Runtime environment cannot go down from %s to %s. Roll back instead, or "
                         "create another application.",
                         runtime_environment_name(old_runtime), to);
    return true;
}

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
                            const struct app_limits *limits, struct error *err) {
    const json_t *updates = json_member(request, "ApplicationConfigurationUpdate");
    const json_t *groups = json_path(updates, "EnvironmentPropertyUpdates", "PropertyGroups", NULL);

    (void)limits;
    if (!check_runtime_update(config, request, err)) return false;
    if (!check_foreign_blocks(updates, "Update", err)) return false;
    if (!check_groups(groups, err)) return false;
    if (!check_logging_updates(json_member(request, "CloudWatchLoggingOptionUpdates"), err))
        return false;
    if (!is_running && json_member(request, "RunConfigurationUpdate") != NULL)
        return error_set(err, ERROR_INVALID,
                         "RunConfigurationUpdate is only valid for a running application.");
    return true;
}

// What the properties of an application take as JSON.
static const size_t PROPERTIES_MAX_BYTES = 50 * 1024;

static bool check_properties_size(const json_t *config, struct error *err) {
    const json_t *groups = record_property_groups(config);

    if (groups == NULL) return true;
    AUTO(memory_free) char *text = json_print(groups);
    return strlen(text) <= PROPERTIES_MAX_BYTES ||
           error_set(err, ERROR_LIMIT,
                     "The property groups of an application have %zu bytes; the limit is %zu.",
                     strlen(text), PROPERTIES_MAX_BYTES);
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
    if (!check_properties_size(config, err)) return false;
    if (kpus > limits->kpus)
        return error_set(err, ERROR_LIMIT,
                         "Parallelism %lld with %lld per KPU needs %lld KPUs; the limit is %lld.",
                         (long long)parallelism, (long long)per_kpu, (long long)kpus,
                         (long long)limits->kpus);
    return true;
}

// --- run configurations ---

bool app_rules_read_run_configuration(const json_t *run_configuration,
                                      struct run_configuration *out_run, struct error *err) {
    const json_t *restore = json_member(run_configuration, "ApplicationRestoreConfiguration");
    const char *type =
        json_text_or(restore, "ApplicationRestoreType", restore_type_name(RESTORE_LATEST));
    const char *snapshot = json_text(restore, "SnapshotName");
    struct run_configuration run = {.restore_type = RESTORE_LATEST};

    if (json_array_size(json_member(run_configuration, "SqlRunConfigurations")) > 0)
        return error_set(err, ERROR_INVALID,
                         "SqlRunConfigurations are not valid for a Flink application.");
    if (!restore_type_from_name(type, &run.restore_type))
        return error_set(err, ERROR_INVALID, "Restore type '%s' is not known.", type);
    if (run.restore_type == RESTORE_CUSTOM && snapshot == NULL)
        return error_set(err, ERROR_INVALID,
                         "SnapshotName is required with RESTORE_FROM_CUSTOM_SNAPSHOT.");
    if (run.restore_type == RESTORE_CUSTOM)
        (void)text_copy(run.snapshot_name, sizeof run.snapshot_name, snapshot);
    run.allow_non_restored_state = json_bool_or(
        json_member(run_configuration, "FlinkRunConfiguration"), "AllowNonRestoredState", false);
    *out_run = run;
    return true;
}
