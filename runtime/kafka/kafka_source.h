// Which Kafka topics an application reads, and as which consumer group, according to its runtime
// properties. Pure: text in, plain data out.
//
// A property group names them with `bootstrap.servers`, `topic` and `group.id`, or with the same
// keys after `source.`, as in the service's examples. Authentication is in the same group, or in
// the group AuthProperties.
#pragma once

#include "base/json.h"

#define KAFKA_SOURCES_MAX  4
#define KAFKA_SETTINGS_MAX 4

// A setting that means the same to librdkafka.
struct kafka_setting {
    char name[32];
    char value[256];
};

struct kafka_source {
    char servers[1024];
    char topic[250]; // Kafka's limit is 249
    char group_id[256];
    struct kafka_setting settings[KAFKA_SETTINGS_MAX];
    int setting_count;
};

// `properties`: the content of application_properties.json. Returns how many were found; those
// above the limit, and values that are too long, are left out.
int kafka_sources_find(const json_t *properties, struct kafka_source out[static KAFKA_SOURCES_MAX]);
