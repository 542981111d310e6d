#include "controller/record/app_config_flink.h"

#include "base/text.h"

enum value_type { VALUE_TEXT, VALUE_INT, VALUE_BOOL };

struct member {
    const char *name;
    const char *update;
    enum value_type type;
    const char *text; // the default
    int64_t number;
};

struct block {
    const char *create;
    const char *description;
    const char *update;
    struct member members[4];
};

// CurrentParallelism belongs to the running application, not to the record.
// clang-format off
static const struct block blocks[] = {
    {"CheckpointConfiguration", "CheckpointConfigurationDescription", "CheckpointConfigurationUpdate", {
        {"CheckpointingEnabled",       "CheckpointingEnabledUpdate",       VALUE_BOOL, NULL, 1},
        {"CheckpointInterval",         "CheckpointIntervalUpdate",         VALUE_INT,  NULL, 60000},
        {"MinPauseBetweenCheckpoints", "MinPauseBetweenCheckpointsUpdate", VALUE_INT,  NULL, 5000},
    }},
    {"MonitoringConfiguration", "MonitoringConfigurationDescription", "MonitoringConfigurationUpdate", {
        {"MetricsLevel", "MetricsLevelUpdate", VALUE_TEXT, "APPLICATION", 0},
        {"LogLevel",     "LogLevelUpdate",     VALUE_TEXT, "INFO",        0},
    }},
    {"ParallelismConfiguration", "ParallelismConfigurationDescription", "ParallelismConfigurationUpdate", {
        {"Parallelism",        "ParallelismUpdate",        VALUE_INT,  NULL, 1},
        {"ParallelismPerKPU",  "ParallelismPerKPUUpdate",  VALUE_INT,  NULL, 1},
        {"AutoScalingEnabled", "AutoScalingEnabledUpdate", VALUE_BOOL, NULL, 1},
    }},
};
// clang-format on

static json_t *default_of(const struct member *member) {
    switch (member->type) {
    case VALUE_TEXT:
        return json_new_text(member->text);
    case VALUE_INT:
        return json_integer(member->number);
    case VALUE_BOOL:
        break;
    }
    return json_boolean(member->number != 0);
}

static bool is_custom(const json_t *description) {
    return text_equal(json_text(description, "ConfigurationType"), "CUSTOM");
}

static void fill(json_t *description, const struct block *block, const json_t *values) {
    for (const struct member *member = block->members; member->name != NULL; member++) {
        const json_t *value = json_member(values, member->name);
        json_put(description, member->name,
                 value == NULL ? default_of(member) : json_copy_of(value));
    }
}

static json_t *create_block(const struct block *block, const json_t *wanted) {
    json_t *description = json_new_object();

    json_put_text(description, "ConfigurationType",
                  json_text_or(wanted, "ConfigurationType", "DEFAULT"));
    fill(description, block, is_custom(description) ? wanted : NULL);
    return description;
}

json_t *app_config_flink_create(const json_t *flink) {
    json_t *description = json_new_object();

    for (size_t index = 0; index < COUNT_OF(blocks); index++)
        json_put(description, blocks[index].description,
                 create_block(&blocks[index], json_member(flink, blocks[index].create)));
    return description;
}

static void update_block(json_t *description, const struct block *block, const json_t *update) {
    json_put_copy(description, "ConfigurationType", json_member(update, "ConfigurationTypeUpdate"));
    // The developer guide switches autoscaling with its flag alone: an update with values makes a
    // block CUSTOM, unless the update says DEFAULT.
    if (json_member(update, "ConfigurationTypeUpdate") == NULL && json_object_size(update) > 0)
        json_put_text(description, "ConfigurationType", "CUSTOM");
    if (!is_custom(description)) {
        fill(description, block, NULL);
        return;
    }
    for (const struct member *member = block->members; member->name != NULL; member++)
        json_put_copy(description, member->name, json_member(update, member->update));
}

void app_config_flink_update(json_t *description, const json_t *update) {
    for (size_t index = 0; index < COUNT_OF(blocks); index++) {
        const json_t *block_update = json_member(update, blocks[index].update);
        if (block_update == NULL) continue;
        update_block(json_object_get(description, blocks[index].description), &blocks[index],
                     block_update);
    }
}
