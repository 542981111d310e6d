// Where what is in the record of a configuration (`config` of model/app_version.h). Each is
// borrowed and belongs to the record; NULL where it has none.
#pragma once

#include "base/json.h"

// A block of ApplicationConfigurationDescription by its name, as
// "ApplicationSnapshotConfigurationDescription"; and the whole.
json_t *record_description(const json_t *config);
json_t *record_block(const json_t *config, const char *name);

// A block of FlinkApplicationConfigurationDescription; and the whole.
json_t *record_flink(const json_t *config);
json_t *record_flink_block(const json_t *config, const char *name);
json_t *record_parallelism(const json_t *config);

// The customer managed key, "" = AWS_OWNED_KEY.
const char *record_key_arn(const json_t *config);
json_t *record_snapshots(const json_t *config); // ApplicationSnapshotConfigurationDescription
// Does the application take enhanced snapshots? A record without a SnapshotMode has the default,
// APPLICATION_SNAPSHOTS_LEGACY.
bool record_uses_enhanced_snapshots(const json_t *config);
#define RECORD_SNAPSHOTS_LEGACY   "APPLICATION_SNAPSHOTS_LEGACY"
#define RECORD_SNAPSHOTS_ENHANCED "ENHANCED_SNAPSHOTS"

const json_t *record_property_groups(const json_t *config); // [{PropertyGroupId, PropertyMap}]
const json_t *record_code(const json_t *config); // ApplicationCodeConfigurationDescription
json_t *record_vpcs(const json_t *config);       // VpcConfigurationDescriptions
