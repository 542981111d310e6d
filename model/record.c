#include "model/record.h"

#include "base/text.h"

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

json_t *record_snapshots(const json_t *config) {
    return record_block(config, "ApplicationSnapshotConfigurationDescription");
}

const char *record_key_arn(const json_t *config) {
    const json_t *encryption =
        record_block(config, "ApplicationEncryptionConfigurationDescription");
    bool is_customers = text_equal(json_text(encryption, "KeyType"), "CUSTOMER_MANAGED_KEY");

    return is_customers ? json_text_or(encryption, "KeyId", "") : "";
}

bool record_uses_enhanced_snapshots(const json_t *config) {
    return text_equal(json_text(record_snapshots(config), "SnapshotMode"),
                      RECORD_SNAPSHOTS_ENHANCED);
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
