#include "model/record.h"

json_t *record_description(const json_t *config) {
    return json_object_get(config, "ApplicationConfigurationDescription");
}

json_t *record_block(const json_t *config, const char *name) {
    return json_object_get(record_description(config), name);
}

json_t *record_flink(const json_t *config) {
    return record_block(config, "FlinkApplicationConfigurationDescription");
}

json_t *record_flink_block(const json_t *config, const char *name) {
    return json_object_get(record_flink(config), name);
}

json_t *record_parallelism(const json_t *config) {
    return record_flink_block(config, "ParallelismConfigurationDescription");
}

const json_t *record_property_groups(const json_t *config) {
    return json_member(record_block(config, "EnvironmentPropertyDescriptions"),
                       "PropertyGroupDescriptions");
}

const json_t *record_code(const json_t *config) {
    return record_block(config, "ApplicationCodeConfigurationDescription");
}

json_t *record_vpcs(const json_t *config) {
    return record_block(config, "VpcConfigurationDescriptions");
}
