// Which Kafka topics an application reads, and as which consumer group, as far as its runtime
// properties tell. Pure: text in, plain data out.
//
// A property group tells it with `bootstrap.servers`, `topic` and `group.id`, or with the same
// three behind `source.`: those are the keys of the service's own examples. How to sign on is told
// there too, or in the group AuthProperties.
#pragma once

#include "base/json.h"

#define KAFKA_SOURCES_MAX  4
#define KAFKA_SETTINGS_MAX 4

// What the client library takes with the same meaning.
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
// beyond the limit, and values that are too long, are left out.
int kafka_sources_find(const json_t *properties, struct kafka_source out[static KAFKA_SOURCES_MAX]);
