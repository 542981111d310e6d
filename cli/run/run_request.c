#include "cli/run/run_request.h"

#include "base/text.h"
#include "cli/client/app_calls.h"

// The API requires a role; kobel does not use it.
static const char ROLE[] = "arn:aws:iam::000000000000:role/kobel-run";
// The tag by which the daemon removes snapshots (controller/moves/retention.c).
static const char RETENTION[] = "kobel:snapshot-retention";
// The tag of an application whose sources read nothing (controller/moves/source_hold.h).
static const char HOLD[] = "kobel:hold-sources";

static json_t *property_groups(const json_t *groups) {
    json_t *object = json_new_object();

    json_put_copy(object, "PropertyGroups", groups);
    return object;
}

static json_t *flink_configuration(int64_t parallelism) {
    json_t *flink = json_new_object();
    json_t *sizes = json_new_object();

    json_put_text(sizes, "ConfigurationType", "CUSTOM");
    json_put_int(sizes, "Parallelism", parallelism);
    json_put(flink, "ParallelismConfiguration", sizes);
    return flink;
}

static void add_tag(json_t *tags, const char *key, const char *value) {
    json_t *tag = json_new_object();

    json_put_text(tag, "Key", key);
    json_put_text(tag, "Value", value);
    json_add(tags, tag);
}

static json_t *retention_tags(void) {
    json_t *tags = json_new_array();
    char rule[32];

    (void)text_format(rule, sizeof rule, "automatic=%d", RUN_AUTOMATIC_KEPT);
    add_tag(tags, RETENTION, rule);
    return tags;
}

static json_t *tags_of(const struct run_target *target) {
    json_t *tags = target->keeps_few ? retention_tags() : json_new_array();

    if (target->holds_sources) add_tag(tags, HOLD, "true");
    return tags;
}

json_t *run_create_request(const struct run_target *target) {
    json_t *request = app_request(target->name);
    json_t *configuration = json_new_object();

    json_put_text(request, "RuntimeEnvironment", target->runtime);
    json_put_text(request, "ServiceExecutionRole", ROLE);
    json_put(configuration, "ApplicationCodeConfiguration", run_code_configuration(target->code));
    if (json_array_size(target->groups) > 0)
        json_put(configuration, "EnvironmentProperties", property_groups(target->groups));
    if (target->parallelism > 0)
        json_put(configuration, "FlinkApplicationConfiguration",
                 flink_configuration(target->parallelism));
    json_put(request, "ApplicationConfiguration", configuration);
    if (target->keeps_few || target->holds_sources) json_put(request, "Tags", tags_of(target));
    return request;
}

bool run_has_retention(const json_t *tags) {
    for (size_t index = 0; index < json_array_size(tags); index++)
        if (text_equal(json_text(json_array_get(tags, index), "Key"), RETENTION)) return true;
    return false;
}

json_t *run_retention_request(const char *arn) {
    json_t *request = json_new_object();

    json_put_text(request, "ResourceARN", arn);
    json_put(request, "Tags", retention_tags());
    return request;
}

static bool has_code(const struct run_target *target, const json_t *configuration) {
    const json_t *content = json_path(configuration, "ApplicationCodeConfigurationDescription",
                                      "CodeContentDescription", NULL);

    return text_equal(json_text(content, "CodeMD5"), target->code->md5);
}

static bool has_groups(const struct run_target *target, const json_t *configuration) {
    const json_t *groups = json_path(configuration, "EnvironmentPropertyDescriptions",
                                     "PropertyGroupDescriptions", NULL);

    if (target->groups == NULL) return true;
    if (groups == NULL) return json_array_size(target->groups) == 0;
    return json_equal(groups, target->groups) == 1;
}

static bool has_parallelism(const struct run_target *target, const json_t *configuration) {
    const json_t *sizes = json_path(configuration, "FlinkApplicationConfigurationDescription",
                                    "ParallelismConfigurationDescription", NULL);

    return target->parallelism == 0 || json_int_or(sizes, "Parallelism", 0) == target->parallelism;
}

json_t *run_changes(const struct run_target *target, const json_t *detail) {
    const json_t *present = json_member(detail, "ApplicationConfigurationDescription");
    AUTO(json_decref) json_t *changes = json_new_object();
    AUTO(json_decref) json_t *configuration = json_new_object();

    if (!has_code(target, present))
        json_put(configuration, "ApplicationCodeConfigurationUpdate",
                 run_code_change(target->code));
    if (!has_groups(target, present))
        json_put(configuration, "EnvironmentPropertyUpdates", property_groups(target->groups));
    if (!has_parallelism(target, present))
        json_put(configuration, "FlinkApplicationConfigurationUpdate",
                 app_parallelism_change(target->parallelism));
    if (json_object_size(configuration) > 0)
        json_put(changes, "ApplicationConfigurationUpdate", TAKE(configuration));
    if (target->runtime != NULL &&
        !text_equal(target->runtime, json_text(detail, "RuntimeEnvironment")))
        json_put_text(changes, "RuntimeEnvironmentUpdate", target->runtime);
    return json_object_size(changes) > 0 ? TAKE(changes) : NULL;
}

json_t *run_configuration(const struct run_target *target) {
    if (!target->is_fresh && !target->allows_non_restored) return NULL;
    return app_run_configuration(target->is_fresh ? "SKIP_RESTORE_FROM_SNAPSHOT"
                                                  : "RESTORE_FROM_LATEST_SNAPSHOT",
                                 NULL, NULL, target->allows_non_restored);
}
